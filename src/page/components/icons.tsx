/** Small pictures of buttons and states. All say what a text beside them says too. */
import type { ComponentChildren } from "preact";

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const TurnLeft = () => (
  <Icon>
    <path d="M4.5 4v4h4M4.8 8A6.2 6.2 0 1 1 4 11.4" />
  </Icon>
);

export const TurnRight = () => (
  <Icon>
    <path d="M15.5 4v4h-4M15.2 8A6.2 6.2 0 1 0 16 11.4" />
  </Icon>
);

export const Check = () => (
  <Icon>
    <path d="m4.5 10.5 3.7 3.7 7.3-8" />
  </Icon>
);

export const Warning = () => (
  <Icon>
    <path d="M10 3.5 17.5 16.5h-15zM10 8.5v3.5M10 14.3v.1" />
  </Icon>
);

export const Cross = () => (
  <Icon>
    <path d="m5.5 5.5 9 9m0-9-9 9" />
  </Icon>
);

export const Plus = () => (
  <Icon>
    <path d="M10 4.5v11M4.5 10h11" />
  </Icon>
);

export const Download = () => (
  <Icon>
    <path d="M10 3.5v9m-3.8-3.5L10 12.8 13.8 9M4 16.5h12" />
  </Icon>
);

export const Hand = () => (
  <svg class="hand" viewBox="0 0 64 72" aria-hidden="true" focusable="false">
    <path d="M19 66V50L8.5 38.5a4.3 4.3 0 0 1 6.3-5.8L21 39V14.5a4.2 4.2 0 0 1 8.4 0V32 9a4.2 4.2 0 0 1 8.4 0v23-18.5a4.2 4.2 0 0 1 8.4 0V34v-12a4.2 4.2 0 0 1 8.4 0v24c0 8-3 13-8 16v4" />
    <path d="M25.2 19v8M33.6 14v8M42 18v8M50.4 26v6M13 37l5 5.5M28 46v9M35 45v10M42 46v9" class="bones" />
  </svg>
);
