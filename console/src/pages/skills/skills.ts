/** Skills as the API has them. */

export interface Skill {
  id: string;
  name: string;
  description: string;
  definition: {
    tools?: string[];
    prompt_template: string;
    max_iterations?: number;
    error_handling?: string;
    memory_scope?: string;
  };
  variables: string[];
  tags: string[];
  scope: string;
  is_public: boolean;
  version: number;
  latest_version?: number;
  updated_at: string;
  updated_by: string;
}

export const PATH = "/api/v1/skills";
