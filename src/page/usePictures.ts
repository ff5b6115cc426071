/** The queue of pictures for components, with what it needs of a browser. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Answer } from "./answer.js";
import { isShown, type Picture, type PictureFile } from "./picture.js";
import { PictureQueue } from "./pictureQueue.js";
import { predict, type ServedModel } from "./service.js";

/** Returns the queue and its pictures; requests name the model that is chosen when they are made. */
export function usePictures(model: ServedModel | null): {
  queue: PictureQueue;
  pictures: readonly Picture[];
} {
  const chosen = useRef(model);
  chosen.current = model;
  const queue = useMemo(() => {
    const ask = ({ file, sex, rotation }: Picture, signal: AbortSignal) =>
      predict(
        {
          file: file as File,
          sex,
          rotation,
          model: chosen.current?.name ?? null,
          wantsPreview: !isShown(file),
        },
        signal,
      );
    return new PictureQueue({
      predict: ask,
      show,
      hide: (address) => URL.revokeObjectURL(address),
      // The header of a DICOM file may state the sex.
      wantsSex: ({ sex, file }) => sex === null && isShown(file) && chosen.current?.needsSex === true,
    });
  }, []);
  const [pictures, setPictures] = useState(queue.pictures);
  useEffect(() => queue.subscribe(() => setPictures(queue.pictures)), [queue]);
  return { queue, pictures };
}

function show(what: PictureFile | Answer): string | null {
  if ("name" in what) return isShown(what) ? URL.createObjectURL(what as File) : null;
  if (!what.preview) return null;
  const bytes = Uint8Array.from(atob(what.preview), (character) => character.charCodeAt(0));
  const type = bytes[0] === 0xff ? "image/jpeg" : "image/png";
  return URL.createObjectURL(new Blob([bytes], { type }));
}
