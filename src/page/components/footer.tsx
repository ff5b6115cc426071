/** Where pictures go, which is what people ask first. */

const isHere = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);

export const PRIVACY = isHere
  ? "Pictures are read on this computer. They do not leave it, and nothing is stored."
  : `Pictures are read by the service at ${location.hostname}, which does not store them.`;

const FORGOTTEN = "Closing this page forgets all results, unless you download them.";

export function Footer() {
  return (
    <footer class="bottom">
      <p>
        {PRIVACY} {FORGOTTEN}
      </p>
    </footer>
  );
}
