/** Starts the desk. */
import { render } from "preact";
import { StaffSession } from "../shared/staff/session";
import { browserStore } from "../shared/storage";
import { App } from "./app";

const place = document.getElementById("desk");
if (!place) throw new Error("The page has no place for the desk.");
place.replaceChildren();
const session = new StaffSession();
render(<App session={session} store={browserStore()} />, place);
void session.check();
