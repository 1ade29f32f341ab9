/** What the detectors found, with the events that show it. */

import type { Analysis } from "../../api/types";
import type { Run } from "./run";

interface Props {
  analysis: Analysis;
  run: Run;
  onSelect: (index: number) => void;
}

export function Findings({ analysis, run, onSelect }: Props) {
  if (analysis.detections.length === 0) return null;
  return (
    <section className="card findings" aria-labelledby="findings">
      <h2 id="findings">What went wrong</h2>
      {analysis.root_cause && <p>{analysis.root_cause}</p>}
      <ul className="plain-list">
        {analysis.detections.map((found) => (
          <li key={`${found.label}${found.critical_step_seq}`}>
            <div className="row">
              <span className="badge bad">{found.label.replaceAll("_", " ")}</span>
              <span className="soft">{Math.round(found.confidence * 100)} % sure</span>
              {found.evidence_refs.slice(0, 8).map((seq) => (
                <Reference key={seq} seq={seq} critical={seq === found.critical_step_seq} run={run} onSelect={onSelect} />
              ))}
            </div>
            <p>{found.explanation}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Reference({ seq, critical, run, onSelect }: { seq: number; critical: boolean; run: Run; onSelect: (index: number) => void }) {
  const index = run.bySeq.get(seq);
  return (
    <button type="button" className="plain reference" disabled={index === undefined} onClick={() => index !== undefined && onSelect(index)}>
      {critical ? "critical step " : "event "}
      {seq}
    </button>
  );
}
