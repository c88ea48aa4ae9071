import type { ComponentProps } from 'react';

/** How much a button asks for attention. One `primary` a screen. */
export type ButtonLook = 'primary' | 'plain' | 'quiet' | 'danger';

const classByLook: Record<ButtonLook, string> = {
  primary: 'button button-primary',
  plain: 'button',
  quiet: 'button button-quiet',
  danger: 'button button-danger',
};

/**
 * A button of the house.
 *
 * `isBusy` keeps it focusable and says so, instead of `disabled`, which would throw the focus away.
 */
export function Button({
  look = 'plain',
  isBusy = false,
  onClick,
  className,
  ...rest
}: ComponentProps<'button'> & { look?: ButtonLook; isBusy?: boolean }) {
  return (
    <button
      type="button"
      {...rest}
      className={className ? `${classByLook[look]} ${className}` : classByLook[look]}
      aria-disabled={isBusy || undefined}
      onClick={isBusy ? (event) => event.preventDefault() : onClick}
    />
  );
}
