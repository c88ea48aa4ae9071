import type { Segment } from '../evidence.ts';

/**
 * An answer with its evidence marked. A mark carries the numbers of its points, so it says what it is evidence for
 * without colour.
 */
export function Answer({
  segments,
  numberByPointId,
  activePointId,
}: {
  segments: Segment[];
  numberByPointId: Map<string, number>;
  activePointId: string | null;
}) {
  return (
    <div className="answer text text-verbatim" dir="auto">
      {segments.map(({ start, text, pointIds }) => {
        if (pointIds.length === 0) return <span key={start}>{text}</span>;
        const isActive = activePointId !== null && pointIds.includes(activePointId);
        const isDimmed = activePointId !== null && !isActive;
        const numbers = pointIds.map((id) => numberByPointId.get(id) ?? '?').join(', ');
        return (
          <mark key={start} className={`evidence ${isActive ? 'is-active' : ''} ${isDimmed ? 'is-dimmed' : ''}`}>
            {text}
            <sup className="evidence-number">
              <span className="visually-hidden"> (evidence for point </span>
              {numbers}
              <span className="visually-hidden">)</span>
            </sup>
          </mark>
        );
      })}
    </div>
  );
}
