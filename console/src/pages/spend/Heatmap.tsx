/** The files of a project that agents touch most. */

import { useQuery } from "@tanstack/react-query";
import { ask } from "../../api/client";
import { useParams } from "../../ui/params";
import { Loaded } from "../../ui/states";
import type { HeatmapStats, Projects } from "./stats";

export function Heatmap({ project }: { project: string | null }) {
  const [, change] = useParams();
  const projects = useQuery({ queryKey: ["/api/stats/projects", "all"], queryFn: ({ signal }) => ask<Projects>("/api/stats/projects", { signal }) });
  return (
    <section className="card" aria-labelledby="heatmap">
      <div className="row between">
        <h2 id="heatmap">Files touched most</h2>
        <label>
          <span className="visually-hidden">Project</span>
          <select value={project ?? ""} onChange={(event) => change({ project: event.target.value })}>
            <option value="">Choose a project</option>
            {projects.data?.projects
              .filter((each) => each.path)
              .map((each) => (
                <option key={each.path} value={each.path}>
                  {each.path}
                </option>
              ))}
          </select>
        </label>
      </div>
      {project ? <Files project={project} /> : <p className="soft">Choose a project to see its files.</p>}
    </section>
  );
}

function Files({ project }: { project: string }) {
  const heat = useQuery({
    queryKey: ["/api/stats/file-heatmap", project],
    queryFn: ({ signal }) => ask<HeatmapStats>("/api/stats/file-heatmap", { query: { project }, signal }),
  });
  return (
    <Loaded query={heat}>
      {({ files }) => {
        const most = Math.max(...files.map((file) => file.total), 1);
        if (files.length === 0) return <p className="soft">No file of this project was touched.</p>;
        return (
          <div className="scroll" tabIndex={0} role="region" aria-label="Files">
            <table>
              <thead>
                <tr>
                  <th scope="col">File</th>
                  {["Reads", "Writes", "Edits"].map((name) => (
                    <th key={name} scope="col" className="number">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {files.map((file) => (
                  <tr key={file.path} style={{ background: `color-mix(in srgb, var(--warn-wash) ${Math.round((file.total / most) * 100)}%, transparent)` }}>
                    <th scope="row" className="mono">
                      {file.path}
                    </th>
                    {[file.reads, file.writes, file.edits].map((value, at) => (
                      <td key={["reads", "writes", "edits"][at]} className="number">
                        {value}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        );
      }}
    </Loaded>
  );
}
