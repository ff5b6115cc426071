/** What the service is able to do, once it has answered. */
import { useEffect, useState } from "preact/hooks";
import { type About, askAbout } from "./service.js";

/** Null until the service has answered, and where it does not: requests for pictures then state why. */
export function useAbout(): About | null {
  const [about, setAbout] = useState<About | null>(null);
  useEffect(() => {
    askAbout().then(setAbout, () => {});
  }, []);
  return about;
}
