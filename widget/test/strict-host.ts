/** A shop's page on another origin, with the strictest policy under which a page can still use the widget. */
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";

export async function strictHost(service: string): Promise<{ server: Server; url: string }> {
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Strict shop</title>
<script src="/early.js"></script><script src="${service}/widget.js" data-name="Strict shop" async></script></head>
<body><h1>Strict shop</h1><button id="own">A button of the shop</button></body></html>`;
  const early =
    "window.Baton=window.Baton||function(){(Baton.q=Baton.q||[]).push(arguments)};Baton('on','ready',function(){document.documentElement.setAttribute('data-ready','1')});Baton('set',{position:'left'});";
  const policy = `default-src 'none'; script-src 'self' ${service}; frame-src ${service}; style-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;
  const server = createServer((request, response) => {
    const script = request.url === "/early.js";
    response.writeHead(200, {
      "Content-Type": script ? "text/javascript" : "text/html",
      "Content-Security-Policy": policy,
    });
    response.end(script ? early : page);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
