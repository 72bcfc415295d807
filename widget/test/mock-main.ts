/** `npm run mock`: the demo shop on a port, with a bot that knows a handful of lines, to work on the panel by hand. */
import { MockService } from "./mock-service";
import { orderCard } from "./sample";

const service = new MockService(process.cwd());
service.bot("Hello, this is the assistant of Fernhill Outdoor. What can I do for you?", {
  quick_replies: [{ title: "Where is my order?", payload: "/order_status" }],
});
service.onMessage = (text) => {
  if (!text) return void service.system("You are in line for a person.");
  service.broadcast({ type: "typing", by: "bot", active: true });
  setTimeout(() => {
    if (/order|1042/i.test(text)) service.bot("Here is order 1042.", { cards: [orderCard] });
    else service.bot(`You said: **${text}**`, { sources: [{ title: "Return policy", url: "/help/return-policy" }] });
  }, 900);
};
console.log(await service.start(Number(process.argv[2] ?? 0)));
