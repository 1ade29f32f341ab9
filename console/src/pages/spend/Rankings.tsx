/** What costs or happens most: each list with its bars. */

import type { Query } from "../../api/client";
import { type Bar, Bars } from "../../ui/Chart";
import { dollars, percent, short } from "../../ui/format";
import { Loaded } from "../../ui/states";
import { type Efficiency, type ErrorStats, type Models, type Patterns, type Projects, type Servers, type Skills, type Tools, useStats } from "./stats";

interface Props<T> {
  /** Below `/api/stats`. */
  path: string;
  filter: Query;
  title: string | ((data: T) => string);
  head: [string, string];
  empty: string;
  bars: (data: T) => Bar[];
}

function Ranking<T>({ path, filter, title, head, empty, bars }: Props<T>) {
  const stats = useStats<T>(path, filter);
  return <Loaded query={stats}>{(data) => <Bars title={typeof title === "string" ? title : title(data)} head={head} empty={empty} bars={bars(data)} />}</Loaded>;
}

export function Rankings({ filter }: { filter: Query }) {
  return (
    <div className="grid">
      <Ranking<Models>
        path="/models"
        filter={filter}
        title="By model"
        head={["Model", "Cost"]}
        empty="No model was called."
        bars={({ models }) => models.map((each) => ({ name: each.name, value: each.cost ?? 0, text: dollars(each.cost), more: `${short(each.tokens)} tokens` }))}
      />
      <Ranking<Projects>
        path="/projects"
        filter={filter}
        title="By project"
        head={["Project", "Cost"]}
        empty="Nothing was recorded."
        bars={({ projects }) => projects.map((each) => ({ name: each.path || "no project", value: each.cost ?? 0, text: dollars(each.cost), more: `${each.sessions} runs` }))}
      />
      <Ranking<Tools>
        path="/tools"
        filter={filter}
        title="Tools"
        head={["Tool", "Calls"]}
        empty="No tool was called."
        bars={({ tools }) => tools.slice(0, 20).map((each) => ({ ...counted(each), more: `${percent(each.success_rate)} succeed` }))}
      />
      <Ranking<ErrorStats>
        path="/errors"
        filter={filter}
        title={(data) => `Errors: ${data.total_errors.toLocaleString("en")}, ${percent(data.error_rate)} of tool calls`}
        head={["What they say", "Times"]}
        empty="Nothing failed."
        bars={({ common_errors }) => common_errors.map(({ pattern, count }) => counted({ name: pattern, count }))}
      />
      <Ranking<Efficiency>
        path="/token-efficiency"
        filter={filter}
        title={(data) => `Cache: ${percent(data.cache_hit_rate)} of input, ${dollars(data.cache_savings_usd)} spared`}
        head={["Model", "From the cache"]}
        empty="No model was called."
        bars={({ efficiency_by_model }) => efficiency_by_model.map((each) => ({ name: each.model, value: each.cache_hit_rate ?? 0, text: percent(each.cache_hit_rate) }))}
      />
      <Ranking<Patterns>
        path="/prompt-patterns"
        filter={filter}
        title="What was asked for"
        head={["Kind", "Prompts"]}
        empty="Nobody asked for anything."
        bars={({ categories }) => categories.filter(({ count }) => count > 0).map((each) => ({ ...counted(each), more: `${each.percentage.toFixed(0)} %` }))}
      />
      <Ranking<Skills> path="/skills" filter={filter} title="Skills" head={["Skill", "Uses"]} empty="No skill was used." bars={({ skills }) => skills.map(counted)} />
      <Ranking<Servers>
        path="/mcp"
        filter={filter}
        title="MCP servers"
        head={["Server", "Calls"]}
        empty="No MCP server was called."
        bars={({ servers }) => servers.map((each) => ({ ...counted(each), more: each.tools.map((tool) => `${tool.name} ${tool.count}`).join(", ") }))}
      />
    </div>
  );
}

function counted({ name, count }: { name: string; count: number }): Bar {
  return { name, value: count, text: short(count) };
}
