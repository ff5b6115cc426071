/** The page: pictures come in, one of them is shown with its result, and all stand in a table. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { announcements } from "./announcements.js";
import { DropHint } from "./components/dropHint.js";
import { Footer } from "./components/footer.js";
import { Header } from "./components/header.js";
import { Panel } from "./components/panel.js";
import { PictureTable } from "./components/pictureTable.js";
import { Viewer } from "./components/viewer.js";
import { Welcome } from "./components/welcome.js";
import type { Picture } from "./picture.js";
import { openSample } from "./sample.js";
import { useAbout } from "./useAbout.js";
import { useDrop } from "./useDrop.js";
import { usePictures } from "./usePictures.js";

export function App() {
  const about = useAbout();
  const [modelName, setModelName] = useState<string | null>(null);
  const model = about?.models.find(({ name }) => name === modelName) ?? about?.models[0] ?? null;
  const { queue, pictures } = usePictures(model);
  const [selectedId, setSelectedId] = useState<number | null>(null);
  const news = useAnnouncements(pictures);
  const main = useRef<HTMLElement>(null);
  const isEmpty = pictures.length === 0;
  const wasEmpty = useRef(isEmpty);
  useEffect(() => {
    // What had the focus is gone with the view that it was in.
    if (wasEmpty.current !== isEmpty) main.current?.focus({ preventScroll: true });
    wasEmpty.current = isEmpty;
  }, [isEmpty]);

  const open = useCallback(
    (files: readonly File[], known = {}) => {
      const first = queue.add(files, known);
      if (first !== null) setSelectedId(first);
    },
    [queue],
  );
  const isOver = useDrop(open);
  const remove = (ids: number[]) => {
    queue.remove(ids);
    main.current?.focus({ preventScroll: true });
  };
  // After the choice has reached the queue.
  useEffect(() => {
    if (modelName !== null) queue.restart();
  }, [queue, modelName]);
  const selected = pictures.find(({ id }) => id === selectedId) ?? pictures[0];

  return (
    <>
      <Header about={about} model={model} onModel={setModelName} />
      <main ref={main} tabIndex={-1}>
        {selected === undefined ? (
          <Welcome onFiles={open} onSample={async () => open(...(await openSample()))} />
        ) : (
          <>
            <div class="bench">
              <Viewer picture={selected} onRotate={(rotation) => queue.rotate(selected.id, rotation)} />
              <Panel picture={selected} queue={queue} predictsSex={about?.predictsSex ?? false} />
            </div>
            <PictureTable
              pictures={pictures}
              selectedId={selected.id}
              onSelect={setSelectedId}
              onFiles={open}
              onRemove={remove}
              queue={queue}
            />
          </>
        )}
      </main>
      {!isEmpty && <Footer />}
      <DropHint isShown={isOver} />
      <p class="visually-hidden" role="status">
        {news}
      </p>
    </>
  );
}

function useAnnouncements(pictures: readonly Picture[]): string {
  const before = useRef(pictures);
  const [text, setText] = useState("");
  useEffect(() => {
    const news = announcements(before.current, pictures);
    before.current = pictures;
    if (news !== "") setText(news);
  }, [pictures]);
  return text;
}
