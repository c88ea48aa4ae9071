/** So much of what is beyond the chart shows when the page goes to a place at its edge by itself. Units: px. */
const EDGE_PX = 32;

/**
 * Where the middle of a window goes that is to show a place of a chart, along one axis: to the place, but no further
 * than leaves the window filled with chart; of a chart that is smaller than the window, to its middle. Units: px of the
 * chart.
 */
export function middleOf(place: number, windowSize: number, chartSize: number): number {
  const least = windowSize / 2 - EDGE_PX;
  const most = chartSize + EDGE_PX - windowSize / 2;
  return least > most ? chartSize / 2 : Math.min(Math.max(place, least), most);
}
