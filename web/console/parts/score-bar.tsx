import { Meter } from '@base-ui/react/meter';
import { formatShare } from '../moments.ts';

/** A share of 1 as a bar, with a mark where the threshold is. The number stands beside it in words. */
export function ScoreBar({
  label,
  value,
  threshold,
}: {
  label: string;
  value: number;
  threshold?: number | undefined;
}) {
  const percent = formatShare(value);
  const isReached = threshold !== undefined && value >= threshold;
  const spoken = threshold === undefined ? percent : `${percent}, threshold ${formatShare(threshold)}`;
  return (
    <Meter.Root
      className="score-track"
      aria-label={label}
      value={Math.round(Math.min(1, Math.max(0, value)) * 100)}
      getAriaValueText={() => spoken}
    >
      <Meter.Track className="meter score-meter">
        <Meter.Indicator className={`meter-fill ${isReached ? 'fill-ok' : ''}`} />
      </Meter.Track>
      {threshold !== undefined && <span className="score-threshold" style={{ left: formatShare(threshold) }} />}
    </Meter.Root>
  );
}
