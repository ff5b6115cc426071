/** What is known of the selected picture: its result, then the child. */
import type { Picture } from "../picture.js";
import type { PictureQueue } from "../pictureQueue.js";
import { AgeForm } from "./ageForm.js";
import { Result } from "./result.js";
import { SexForm } from "./sexForm.js";

interface Props {
  picture: Picture;
  queue: PictureQueue;
  predictsSex: boolean;
}

export function Panel({ picture, queue, predictsSex }: Props) {
  const { id } = picture;
  return (
    <section class="panel" aria-labelledby="picture-name">
      <h1 id="picture-name" class="file-name">
        {picture.file.name}
      </h1>
      <Result picture={picture} onRetry={() => queue.retry(id)} />
      {/* Keyed: fields of another picture are other fields. */}
      <form class="child" key={id} onSubmit={(event) => event.preventDefault()}>
        <SexForm picture={picture} predictsSex={predictsSex} onSex={(sex) => queue.setSex(id, sex)} />
        <AgeForm picture={picture} onAge={(age) => queue.setAge(id, age)} />
      </form>
    </section>
  );
}
