/** A skill's fields: for a new one, or for the next version of one. */

import { useState } from "react";
import { ask } from "../../api/client";
import { Form, useSend } from "../../ui/form";
import { PATH, type Skill } from "./skills";

const words = (text: string) => text.split(",").map((each) => each.trim()).filter(Boolean);

export function SkillForm({ skill, onDone }: { skill?: Skill; onDone: () => void }) {
  const [given, setGiven] = useState({
    name: skill?.name ?? "",
    description: skill?.description ?? "",
    prompt: skill?.definition.prompt_template ?? "",
    tools: skill?.definition.tools?.join(", ") ?? "",
    tags: skill?.tags.join(", ") ?? "",
  });
  const save = useSend(
    () =>
      ask<Skill>(skill ? `${PATH}/${encodeURIComponent(skill.id)}` : PATH, {
        method: skill ? "PATCH" : "POST",
        body: {
          name: given.name,
          description: given.description,
          definition: { ...skill?.definition, prompt_template: given.prompt, tools: words(given.tools) },
          tags: words(given.tags),
        },
      }),
    [PATH],
    onDone,
  );

  return (
    <Form submit={skill ? `Save as version ${skill.version + 1}` : "Create"} sending={save} onSubmit={save.mutate} onCancel={onDone}>
      <label>
        Name
        <input required value={given.name} onChange={(event) => setGiven({ ...given, name: event.target.value })} />
      </label>
      <label>
        What it is for
        <input value={given.description} onChange={(event) => setGiven({ ...given, description: event.target.value })} />
      </label>
      <label>
        Prompt; {"{name}"} is a variable, {"{{"} a brace
        <textarea required rows={10} value={given.prompt} onChange={(event) => setGiven({ ...given, prompt: event.target.value })} />
      </label>
      <label>
        Tools, with commas between
        <input value={given.tools} onChange={(event) => setGiven({ ...given, tools: event.target.value })} />
      </label>
      <label>
        Tags, with commas between
        <input value={given.tags} onChange={(event) => setGiven({ ...given, tags: event.target.value })} />
      </label>
    </Form>
  );
}
