import { Icon } from '../../shared/icon.tsx';
import type { Label } from '../wording.ts';

/** A state, a verdict or a status: icon, word and tone together. */
export function Badge({ label, className = '' }: { label: Label; className?: string }) {
  return (
    <span className={`badge tone-${label.tone} ${className}`}>
      <Icon name={label.icon} />
      {label.text}
    </span>
  );
}
