/** The line icons of both pages, on a 24 px grid. Decorative: the words beside them carry the meaning. */
const pathByName = {
  check: 'M5 12.5l4.5 4.5L19 7.5',
  clock: 'M12 7v5l3.5 2M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z',
  pause: 'M9 6v12M15 6v12',
  play: 'M8 5.5v13l10.5-6.5z',
  skip: 'M6 6l8 6-8 6zM18 6v12',
  stop: 'M7 7h10v10H7z',
  cloud: 'M7.5 18.5h9.5a4 4 0 0 0 .6-7.95A6 6 0 0 0 6.1 12.1 3.3 3.3 0 0 0 7.5 18.5z',
  offline: 'M4 4l16 16M8 8.5A6 6 0 0 0 6.1 12.1 3.3 3.3 0 0 0 7.5 18.5H17M12 6.8a6 6 0 0 1 5.6 3.75 4 4 0 0 1 2.7 6',
  device: 'M5 6.5h14v9H5zM3 18.5h18',
  alert: 'M12 8.5v4.5M12 16.4v.1M12 3.8 2.8 19.8h18.4z',
  question:
    'M9.5 9.5a2.5 2.5 0 1 1 3.7 2.2c-.8.45-1.2 1-1.2 1.9M12 16.9v.1M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z',
  reply: 'M9 7l-5 5 5 5M4 12h10a6 6 0 0 1 6 6',
  lock: 'M7 11V8.5a5 5 0 0 1 10 0V11M5.5 11h13v9h-13z',
  send: 'M4.5 12h14M13 6.5l5.5 5.5-5.5 5.5',
  half: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 4v16M12 8h3.5M12 12h8M12 16h3.5',
  minus: 'M6.5 12h11',
  cross: 'M7 7l10 10M17 7 7 17',
  flag: 'M6.5 20.5v-16h10.5l-2.5 4 2.5 4H6.5',
  plus: 'M12 5.5v13M5.5 12h13',
  copy: 'M9 9h10v10.5H9zM15 9V4.5H5V15h4',
  download: 'M12 4.5v10M7.5 10.5 12 15l4.5-4.5M5 19.5h14',
  back: 'M14.5 6 8.5 12l6 6',
  person: 'M12 12a3.75 3.75 0 1 0 0-7.5 3.75 3.75 0 0 0 0 7.5zM5 20a7 7 0 0 1 14 0',
  list: 'M5 6.5h14M5 12h14M5 17.5h14',
  more: 'M6 12v.1M12 12v.1M18 12v.1',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20 20',
  chart: 'M5 19.5V11M10 19.5V5M15 19.5v-6M20 19.5V8.5',
} as const;

export type IconName = keyof typeof pathByName;

/** Draw an icon in the colour and size of the text around it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path
        d={pathByName[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
