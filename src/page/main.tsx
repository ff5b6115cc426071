import { render } from "preact";
import { App } from "./app.js";

// The token of the address is in a cookie by now: it shall not stay in the address bar, nor in the history.
if (location.search !== "") history.replaceState(null, "", location.pathname);

const root = document.getElementById("app");
if (root !== null) render(<App />, root);
