/** What agents cost and did: by day, model, project and tool. Each number comes from the rollups, priced at its day. */

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { ask, type Query } from "../../api/client";
import { Bars, DayChart } from "../../ui/Chart";
import { Cost, Count, dollars } from "../../ui/format";
import { useParams } from "../../ui/params";
import { Title } from "../../ui/Shell";
import { Loaded } from "../../ui/states";
import { Budgets } from "./Budgets";
import { Heatmap } from "./Heatmap";
import type { Daily, Efficiency, ErrorStats, Models, Patterns, Projects, Servers, Skills, Tools, Totals } from "./stats";

const RANGES = [7, 30, 90, 365];
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const percent = (value: number | null) => (value === null ? "–" : `${(value * 100).toFixed(1)} %`);

export default function SpendPage() {
  const [params, change] = useParams();
  const days = Number(params.get("days") ?? 30);
  const project = params.get("project");
  const filter = useMemo(() => ({ project, from: dayBefore(days - 1) }), [project, days]);

  return (
    <>
      <Title
        name="Spend"
        actions={
          <>
            <label>
              <span className="visually-hidden">Days</span>
              <select value={days} onChange={(event) => change({ days: event.target.value })}>
                {RANGES.map((each) => (
                  <option key={each} value={each}>
                    {each} days
                  </option>
                ))}
              </select>
            </label>
            {project && (
              <button type="button" onClick={() => change({ project: null })}>
                {project} ×
              </button>
            )}
          </>
        }
      >
        Spend
      </Title>
      <Overview filter={filter} />
      <Days days={days} project={project} />
      <Budgets />
      <div className="grid">
        <ModelBars filter={filter} />
        <ProjectBars filter={filter} />
        <ToolBars filter={filter} />
        <ErrorBars filter={filter} />
        <Cache filter={filter} />
        <PromptBars filter={filter} />
        <SkillBars filter={filter} />
        <ServerBars filter={filter} />
      </div>
      <Heatmap project={project} />
    </>
  );
}

function useStats<T>(name: string, query: Query) {
  const path = `/api/stats${name}`;
  return useQuery({ queryKey: [path, query], queryFn: ({ signal }) => ask<T>(path, { query, signal }) });
}

function Overview({ filter }: { filter: Query }) {
  const stats = useStats<Totals>("", filter);
  return (
    <Loaded query={stats}>
      {({ today, total, period_label, active_sessions }) => (
        <div className="grid numbers">
          {[
            [period_label === "today" ? "Today" : "In this range", today] as const,
            ["In all", total] as const,
          ].map(([name, each]) => (
            <section key={name} className="card" aria-label={name}>
              <h2>{name}</h2>
              <p className="big">
                <Cost value={each.cost} />
              </p>
              <p className="soft">
                <Count value={each.sessions} /> runs · <Count value={each.tool_calls} /> tool calls · <Count value={each.tokens} /> tokens
                {each.unpriced_calls > 0 && ` · ${each.unpriced_calls} model calls without a known price`}
              </p>
            </section>
          ))}
          <section className="card" aria-label="Now">
            <h2>Now</h2>
            <p className="big">{active_sessions}</p>
            <p className="soft">runs active in the last 15 minutes</p>
          </section>
        </div>
      )}
    </Loaded>
  );
}

function Days({ days, project }: { days: number; project: string | null }) {
  const daily = useStats<Daily>("/daily", { days, project });
  return (
    <Loaded query={daily}>
      {(data) => (
        <div className="grid wide">
          <Daily data={data} />
        </div>
      )}
    </Loaded>
  );
}

function Daily({ data }: { data: Daily }) {
  const dates = useMemo(() => data.days.map((day) => day.date), [data]);
  const cost = useMemo(() => [{ name: "Cost", colour: "--accent", values: data.days.map((day) => day.cost) }], [data]);
  const tokens = useMemo(
    () => [
      { name: "Output", colour: "--bad", values: data.days.map((day) => day.output_tokens) },
      { name: "Input", colour: "--accent", values: data.days.map((day) => day.input_tokens + day.cache_write_tokens) },
      { name: "From the cache", colour: "--good", values: data.days.map((day) => day.cache_read_tokens) },
    ],
    [data],
  );
  return (
    <>
      <DayChart title="Cost by day" days={dates} series={cost} format={dollars} />
      <DayChart title="Tokens by day" days={dates} series={tokens} format={format} />
    </>
  );
}

function format(value: number): string {
  return short.format(value);
}

function ModelBars({ filter }: { filter: Query }) {
  const models = useStats<Models>("/models", filter);
  return (
    <Loaded query={models}>
      {(data) => (
        <Bars
          title="By model"
          head={["Model", "Cost"]}
          empty="No model was called."
          bars={data.models.map((each) => ({
            name: each.name,
            value: each.cost ?? 0,
            text: dollars(each.cost),
            more: `${short.format(each.tokens)} tokens`,
          }))}
        />
      )}
    </Loaded>
  );
}

function ProjectBars({ filter }: { filter: Query }) {
  const projects = useStats<Projects>("/projects", filter);
  return (
    <Loaded query={projects}>
      {(data) => (
        <Bars
          title="By project"
          head={["Project", "Cost"]}
          empty="Nothing was recorded."
          bars={data.projects.map((each) => ({
            name: each.path || "no project",
            value: each.cost ?? 0,
            text: dollars(each.cost),
            more: `${each.sessions} runs`,
          }))}
        />
      )}
    </Loaded>
  );
}

function ToolBars({ filter }: { filter: Query }) {
  const tools = useStats<Tools>("/tools", filter);
  return (
    <Loaded query={tools}>
      {(data) => (
        <Bars
          title="Tools"
          head={["Tool", "Calls"]}
          empty="No tool was called."
          bars={data.tools.slice(0, 20).map((each) => ({
            name: each.name,
            value: each.count,
            text: short.format(each.count),
            more: `${percent(each.success_rate)} succeed`,
          }))}
        />
      )}
    </Loaded>
  );
}

function ErrorBars({ filter }: { filter: Query }) {
  const errors = useStats<ErrorStats>("/errors", filter);
  return (
    <Loaded query={errors}>
      {(data) => (
        <Bars
          title={`Errors: ${data.total_errors.toLocaleString("en")}, ${percent(data.error_rate)} of tool calls`}
          head={["What they say", "Times"]}
          empty="Nothing failed."
          bars={data.common_errors.map((each) => ({ name: each.pattern, value: each.count, text: String(each.count) }))}
        />
      )}
    </Loaded>
  );
}

function Cache({ filter }: { filter: Query }) {
  const efficiency = useStats<Efficiency>("/token-efficiency", filter);
  return (
    <Loaded query={efficiency}>
      {(data) => (
        <Bars
          title={`Cache: ${percent(data.cache_hit_rate)} of input, ${dollars(data.cache_savings_usd)} spared`}
          head={["Model", "From the cache"]}
          empty="No model was called."
          bars={data.efficiency_by_model.map((each) => ({
            name: each.model,
            value: each.cache_hit_rate ?? 0,
            text: percent(each.cache_hit_rate),
          }))}
        />
      )}
    </Loaded>
  );
}

function PromptBars({ filter }: { filter: Query }) {
  const patterns = useStats<Patterns>("/prompt-patterns", filter);
  return (
    <Loaded query={patterns}>
      {(data) => (
        <Bars
          title="What was asked for"
          head={["Kind", "Prompts"]}
          empty="Nobody asked for anything."
          bars={data.categories
            .filter((each) => each.count > 0)
            .map((each) => ({ name: each.name, value: each.count, text: String(each.count), more: `${each.percentage.toFixed(0)} %` }))}
        />
      )}
    </Loaded>
  );
}

function SkillBars({ filter }: { filter: Query }) {
  const skills = useStats<Skills>("/skills", filter);
  return (
    <Loaded query={skills}>
      {(data) => (
        <Bars
          title="Skills"
          head={["Skill", "Uses"]}
          empty="No skill was used."
          bars={data.skills.map((each) => ({ name: each.name, value: each.count, text: String(each.count) }))}
        />
      )}
    </Loaded>
  );
}

function ServerBars({ filter }: { filter: Query }) {
  const servers = useStats<Servers>("/mcp", filter);
  return (
    <Loaded query={servers}>
      {(data) => (
        <Bars
          title="MCP servers"
          head={["Server", "Calls"]}
          empty="No MCP server was called."
          bars={data.servers.map((each) => ({
            name: each.name,
            value: each.count,
            text: String(each.count),
            more: each.tools.map((tool) => `${tool.name} ${tool.count}`).join(", "),
          }))}
        />
      )}
    </Loaded>
  );
}

/** The UTC day that many days ago. */
function dayBefore(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}
