/** What agents cost and did: by day, model, project and tool. Each number comes from the rollups, priced at its day. */

import { useMemo } from "react";
import type { Query } from "../../api/client";
import { DayChart } from "../../ui/Chart";
import { Cost, Count, dollars, short } from "../../ui/format";
import { useParams } from "../../ui/params";
import { Title } from "../../ui/Shell";
import { Loaded } from "../../ui/states";
import { Budgets } from "./Budgets";
import { Heatmap } from "./Heatmap";
import { Rankings } from "./Rankings";
import { type Daily, type Totals, useStats } from "./stats";

const RANGES = [7, 30, 90, 365];

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
      <Rankings filter={filter} />
      <Heatmap project={project} />
    </>
  );
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
      { name: "From the cache", colour: "--warn", values: data.days.map((day) => day.cache_read_tokens) },
    ],
    [data],
  );
  return (
    <>
      <DayChart title="Cost by day" days={dates} series={cost} format={dollars} />
      <DayChart title="Tokens by day" days={dates} series={tokens} format={short} />
    </>
  );
}

/** The UTC day that many days ago. */
function dayBefore(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}
