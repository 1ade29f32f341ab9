/** Every page of the console, and something to see on each. */

import type { Site } from "./browser";

/** Fill the stack with what the sample has not; the pages that then show something, by name. */
export async function furnish(site: Site): Promise<Record<string, string>> {
  await site.api("/api/v1/agents", { method: "POST", body: { id: "deploy-bot", name: "Deploy bot", owner: "ann", team: "platform" } });
  const wish = { agent_id: "deploy-bot", operation: "deploy", target_integration: "aws", data_classification: "internal", context: { commit: "3f2a9c1" } };
  for (const scope of ["production/web", "production/api"]) {
    await site.api("/api/v1/evaluate", { method: "POST", body: { ...wish, resource_scope: scope } });
  }
  await site.api("/api/v1/memory", { method: "POST", body: { key: "deploy-window", value: "Not on Fridays.", category: "preference", scope: "global" } });
  const skill = (await site.api("/api/v1/skills", {
    method: "POST",
    body: { name: "Release notes", description: "Write them from the commits.", definition: { prompt_template: "List what users notice in {version}.", tools: ["git"] } },
  })) as { id: string };
  await site.api("/api/v1/webhooks", { method: "POST", body: { url: "https://hooks.example.org/wakeline", events: ["incident.*"], description: "The team's channel" } });
  await site.api("/api/budgets", { method: "POST", body: { name: "Team", amount: 50, period: "monthly" } });
  const incident = await firstIncident(site);
  const at = { trace_id: "sample-fix-failing-test", span_id: "toolu_s01" };
  const fork = (await site.api("/api/v1/forks", { method: "POST", body: at })) as { id: string };
  const substitutions = [{ kind: "tool_output", span_id: at.span_id, value: "1 passed in 0.20s" }];
  await site.api(`/api/v1/forks/${fork.id}/replay`, { method: "POST", body: { engine: "recorded", substitutions } });
  const tape = (await site.api("/api/v1/tapes", { method: "POST", body: { trace_id: "sample-flight-booking" } })) as { slug: string };
  return {
    runs: "/runs",
    run: "/runs/sample-flight-booking",
    search: "/search?q=Lisbon",
    memory: "/memory",
    skills: "/skills",
    skill: `/skills/${skill.id}`,
    incidents: "/incidents",
    incident: `/incidents/${incident}`,
    forks: "/forks",
    "new-fork": "/forks/new?run=sample-fix-failing-test&span=toolu_s01",
    fork: `/forks/${fork.id}`,
    tapes: "/tapes",
    tape: `/tape/${tape.slug}`,
    spend: "/spend",
    approvals: "/govern/approvals",
    policy: "/govern/policy",
    agents: "/govern/agents",
    audit: "/govern/audit",
    digests: "/govern/digests",
    exports: "/govern/exports",
    webhooks: "/govern/webhooks",
    keys: "/govern/keys",
  };
}

/** The dialogs of the pages: the buttons that open them, by the page's name. */
export const DIALOGS: Record<string, string[]> = {
  run: ["record intact", "Notes and tags", "Publish", "Erase", "Delete"],
  memory: ["New memory", "Forget deploy-window"],
  skills: ["New skill"],
  incident: ["Try a change"],
  fork: ["Replay again"],
  spend: ["New budget"],
  approvals: ["Approve"],
  agents: ["New agent"],
  webhooks: ["New webhook", "Deliveries"],
  keys: ["New key", "Revoke key local project"],
};

/** The sample's incident, once the bus and the analysis have made it. */
async function firstIncident(site: Site): Promise<string> {
  for (;;) {
    const { incidents } = (await site.api("/api/incidents")) as { incidents: { id: string }[] };
    if (incidents[0]) return incidents[0].id;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
