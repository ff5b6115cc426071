/** A button that opens the browser's dialogue for files. */
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

interface Props {
  class: string;
  children: ComponentChildren;
  onFiles: (files: File[]) => void;
}

/** Files of every name can be chosen: those of DICOM often have no ending. */
export function ChooseFiles({ class: look, children, onFiles }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={look} onClick={() => input.current?.click()}>
        {children}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Pictures"
        onChange={({ currentTarget }) => {
          onFiles(Array.from(currentTarget.files ?? []));
          // Without this, choosing the same file again would be no change.
          currentTarget.value = "";
        }}
      />
    </>
  );
}
