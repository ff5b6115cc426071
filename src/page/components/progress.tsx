/** How far the pictures are, and what they wait for. */
import type { Picture } from "../picture.js";
import type { PictureQueue } from "../pictureQueue.js";

interface Props {
  pictures: readonly Picture[];
  queue: PictureQueue;
}

export function Progress({ pictures, queue }: Props) {
  const count = (...states: Picture["state"]["is"][]) =>
    pictures.filter(({ state }) => states.includes(state.is)).length;
  const left = count("waiting", "running");
  const wanting = count("needs-sex");
  const read = pictures.length - left;
  return (
    <>
      {left > 0 && (
        <div class="progress">
          <label>
            Reading: {read} of {pictures.length} done
            <progress value={read} max={pictures.length} />
          </label>
          <button type="button" class="button" onClick={() => queue.cancel()}>
            Cancel
          </button>
        </div>
      )}
      {wanting > 1 && (
        <div class="progress">
          <p>{wanting} pictures need the sex of the child. Choose it for each, or for all of them:</p>
          <div class="actions">
            <button type="button" class="button" onClick={() => queue.setSexWhereNeeded("F")}>
              All female
            </button>
            <button type="button" class="button" onClick={() => queue.setSexWhereNeeded("M")}>
              All male
            </button>
          </div>
        </div>
      )}
    </>
  );
}
