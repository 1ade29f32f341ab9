/** Charts over days, each beside its table: the picture is for the eye, the table for everybody. */

import { type ReactNode, useEffect, useId, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useScheme } from "./theme";

export interface Series {
  name: string;
  values: (number | null)[];
  /** A colour that the page's theme defines: `--accent`. */
  colour: string;
}

interface Props {
  title: string;
  days: string[];
  series: Series[];
  format: (value: number) => string;
}

/** Between the lines of an axis: none whose multiples need more digits than it has itself. */
const STEPS = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((each) => each * 10 ** (power - 4))).flat();

/** Bars of one series, lines of more, by day (`YYYY-MM-DD`, UTC). */
export function DayChart({ title, days, series, format }: Props) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const scheme = useScheme();
  const nothing = series.every((each) => each.values.every((value) => !value));

  useEffect(() => {
    const place = box.current;
    if (!place || days.length === 0) return undefined;
    // A canvas does not know variables: what one comes to is read of the place itself.
    const colour = (name: string) => {
      place.style.color = `var(${name})`;
      const found = getComputedStyle(place).color;
      place.style.color = "";
      return found;
    };
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const bars = uPlot.paths.bars?.({ size: [0.8, 40] });
    const plot = new uPlot(
      {
        width: place.clientWidth,
        height: 220,
        legend: { show: series.length > 1, live: false },
        cursor: { y: false },
        scales: { x: { time: true }, y: { range: (_, __, most) => [0, most > 0 ? most * 1.08 : 1] } },
        axes: [axis, { ...axis, size: 64, incrs: STEPS, values: (_, ticks) => ticks.map(format) }],
        series: [
          { value: (_, at) => (at ? new Date(at * 1_000).toISOString().slice(0, 10) : "–") },
          ...series.map((each) => ({
            label: each.name,
            stroke: colour(each.colour),
            fill: series.length === 1 ? colour(each.colour) : undefined,
            width: 2,
            paths: series.length === 1 ? bars : undefined,
            points: { show: false },
            value: (_: uPlot, value: number | null) => (value === null ? "–" : format(value)),
          })),
        ] as uPlot.Series[],
        tzDate: (at) => uPlot.tzDate(new Date(at * 1_000), "UTC"),
      },
      [days.map((day) => Date.parse(day) / 1_000), ...series.map((each) => each.values)],
      place,
    );
    const sized = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: 220 }));
    sized.observe(place);
    return () => {
      sized.disconnect();
      plot.destroy();
    };
  }, [days, series, format, scheme]);

  return (
    <Figure title={title} id={id} table={<DayTable days={days} series={series} format={format} />}>
      {nothing ? <p className="soft">Nothing in this range.</p> : <div ref={box} className="chart" aria-hidden="true" />}
    </Figure>
  );
}

/** A card with a picture and, behind a disclosure, its table. */
export function Figure({ title, id, children, table }: { title: string; id?: string; children: ReactNode; table: ReactNode }) {
  return (
    <section className="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
      <details>
        <summary>Table</summary>
        <div className="scroll" tabIndex={0} role="region" aria-label={`${title}, as a table`}>
          {table}
        </div>
      </details>
    </section>
  );
}

function DayTable({ days, series, format }: Omit<Props, "title">) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Day</th>
          {series.map((each) => (
            <th key={each.name} scope="col" className="number">
              {each.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {days.map((day, at) => (
          <tr key={day}>
            <th scope="row">{day}</th>
            {series.map((each) => {
              const value = each.values[at];
              return (
                <td key={each.name} className="number">
                  {value === null || value === undefined ? "–" : format(value)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export interface Bar {
  name: string;
  value: number;
  text: string;
  more?: ReactNode;
}

/** What is largest, as bars with their numbers: the list is its own table. */
export function Bars({ title, head, bars, empty }: { title: string; head: [string, string]; bars: Bar[]; empty: string }) {
  const id = useId();
  const most = Math.max(...bars.map((bar) => bar.value), 0) || 1;
  return (
    <section className="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {bars.length === 0 ? (
        <p className="soft">{empty}</p>
      ) : (
        <div className="scroll" tabIndex={0} role="region" aria-label={title}>
          <table className="bars">
            <thead>
              <tr>
                <th scope="col">{head[0]}</th>
                <th scope="col" className="number">
                  {head[1]}
                </th>
              </tr>
            </thead>
            <tbody>
              {bars.map((bar) => (
                <tr key={bar.name}>
                  <th scope="row">
                    {bar.name} {bar.more && <span className="soft">{bar.more}</span>}
                    <span className="bar" aria-hidden="true">
                      <span style={{ width: `${(bar.value / most) * 100}%` }} />
                    </span>
                  </th>
                  <td className="number">{bar.text}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
