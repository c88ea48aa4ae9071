export interface Point {
  x: number;
  y: number;
}

const RADIUS = 8;

/** Go from one point towards another, at most half the way. */
function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const share = length === 0 ? 0 : Math.min(RADIUS, length / 2) / length;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

/** Draw a line through points with round corners, as the `d` of an SVG path. */
export function roundedPath(points: readonly Point[]): string {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return '';
  const corners = points.slice(1, -1).map((corner, index) => {
    const before = towards(corner, points[index] ?? corner);
    const after = towards(corner, points[index + 2] ?? corner);
    return `L${before.x} ${before.y}Q${corner.x} ${corner.y} ${after.x} ${after.y}`;
  });
  return `M${first.x} ${first.y}${corners.join('')}L${last.x} ${last.y}`;
}
