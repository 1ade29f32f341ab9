/** A unified diff, line by line, in colours and with its signs. */

export function Diff({ text }: { text: string }) {
  return (
    <div className="diff" tabIndex={0} role="region" aria-label="Difference">
      {text.split("\n").map((line, index) => (
        <span key={index} className={lineClass(line)}>
          {line || " "}
        </span>
      ))}
    </div>
  );
}

function lineClass(line: string): string {
  if (line.startsWith("@@") || line.startsWith("---") || line.startsWith("+++")) return "place";
  return line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "";
}
