/** The launcher's look. It lies in a constructed style sheet inside a shadow root: no style of the page gets in, none out. */
const CSS = `
:host{all:initial!important;color-scheme:light dark}
*{box-sizing:border-box}
[hidden]{display:none!important}
.root{--accent:#1f6f54;--on:#fff;--badge:#b4471f;--ground:#fff;--text:#16211d;--edge:#dde4e0;
  position:fixed;z-index:2147483000;inset-block-end:20px;right:20px;font:16px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
.root.left{right:auto;left:20px}
.root.dark{--accent:#6fd0ab;--on:#0b1f17;--badge:#ff9a6b;--ground:#111815;--text:#e8efeb;--edge:#2c3b34}
.launcher{position:relative;display:grid;place-items:center;width:56px;height:56px;margin:0;padding:0;border:0;border-radius:50%;
  background:var(--accent);color:var(--on);cursor:pointer;box-shadow:0 1px 2px rgb(22 33 29/16%),0 6px 20px rgb(22 33 29/22%);
  transition:transform 150ms;-webkit-tap-highlight-color:transparent}
.launcher:hover{transform:translateY(-1px)}
.launcher:active{transform:none}
.launcher:focus-visible,button:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
svg{width:26px;height:26px;fill:none;stroke:currentColor;stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}
.badge{position:absolute;top:-4px;right:-4px;min-width:22px;height:22px;padding:0 6px;border:2px solid var(--ground);border-radius:11px;
  background:var(--badge);color:var(--ground);font-size:12px;font-weight:600;line-height:18px;text-align:center}
.panel{position:absolute;right:0;bottom:72px;width:384px;height:min(640px,calc(100vh - 112px));overflow:hidden;border:1px solid var(--edge);
  border-radius:16px;background:var(--ground);color:var(--text);box-shadow:0 1px 2px rgb(22 33 29/10%),0 12px 40px rgb(22 33 29/22%);
  transition:opacity 150ms,transform 150ms}
.left .panel{right:auto;left:0}
.panel.closed{opacity:0;transform:translateY(8px);visibility:hidden;pointer-events:none;transition:opacity 150ms,transform 150ms,visibility 0s 150ms}
iframe{display:block;width:100%;height:100%;border:0;background:var(--ground)}
.wait{position:absolute;inset:0;display:grid;place-content:center;justify-items:center;gap:16px;padding:32px;background:var(--ground);text-align:center}
.wait p{margin:0;max-width:28ch}
.wait i{width:24px;height:24px;border:2px solid var(--edge);border-top-color:var(--accent);border-radius:50%;animation:turn .9s linear infinite}
.wait div{display:flex;gap:8px}
.wait button{min-height:40px;padding:8px 16px;border:1px solid currentColor;border-radius:8px;background:none;color:inherit;font:inherit;cursor:pointer}
@keyframes turn{to{transform:rotate(1turn)}}
@media (max-width:479.98px){
  .panel{position:fixed;inset:0;width:100%;height:100%;height:100dvh;border:0;border-radius:0}
  .open .launcher{display:none}
}
@media (prefers-reduced-motion:reduce){*{transition:none!important;animation-duration:3s!important}}
`;

export function applyStyles(root: ShadowRoot): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    root.adoptedStyleSheets = [sheet];
  } catch {
    // Browsers before constructed style sheets; those also allow a style element wherever the page does.
    const element = document.createElement("style");
    element.textContent = CSS;
    root.append(element);
  }
}
