/** Starts the insight page. */
import { render } from "preact";
import { StaffSession } from "../shared/staff/session";
import { App } from "./app";

const place = document.getElementById("insight");
if (!place) throw new Error("The page has no place for the figures.");
place.replaceChildren();
const session = new StaffSession();
render(<App session={session} />, place);
void session.check();
