import icon from './icon.svg';

/** The mark and the name, as they stand at the top left of both pages. */
export function Brand({ name = 'viva' }: { name?: string }) {
  return (
    <span className="brand">
      <img className="brand-mark" src={icon} alt="" width="28" height="28" />
      <span>{name}</span>
    </span>
  );
}
