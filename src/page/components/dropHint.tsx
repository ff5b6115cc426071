/** Covers the page while files are dragged over it. */
export function DropHint({ isShown }: { isShown: boolean }) {
  return (
    <div class={isShown ? "drop-hint drop-hint-shown" : "drop-hint"} aria-hidden="true">
      <p>Drop the pictures anywhere</p>
    </div>
  );
}
