/** The style of the page: light and dark, for screens of all widths and for paper. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--ink:#1c2733;--muted:#52606d;--line:#d9dfe5;--soft:#f3f6f9;--surface:#fff;--accent:#00578a}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e8edf2;--muted:#a7b3bf;--line:#38434f;--soft:#1d252e;--surface:#161c23;--accent:#7cc4f2}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--surface);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
header,main,footer{max-width:1060px;margin:0 auto;padding:0 28px}
header{padding-top:44px}
h1{font-size:2rem;line-height:1.2;margin:0 0 6px;letter-spacing:-.015em;overflow-wrap:anywhere}
h2{font-size:1.3rem;line-height:1.3;margin:52px 0 12px;padding-top:18px;border-top:1px solid var(--line);letter-spacing:-.01em}
h3{font-size:1rem;margin:28px 0 6px}
p{max-width:46em;margin:8px 0}
a{color:var(--accent)}
.lead,.note,figcaption,footer,caption{color:var(--muted)}
.note,figcaption,footer{font-size:.875rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:1px;margin:28px 0 0;background:var(--line);border:1px solid var(--line);border-radius:10px;overflow:hidden;padding:0}
.tiles div{background:var(--surface);padding:16px 18px}
.tiles dt{font-size:.8125rem;color:var(--muted)}
.tiles dd{margin:2px 0 0;font-size:1.65rem;font-weight:620;line-height:1.2;font-variant-numeric:tabular-nums;letter-spacing:-.02em}
.tiles dd small{display:block;font-size:.8125rem;font-weight:400;color:var(--muted);letter-spacing:0;margin-top:2px}
nav{margin:22px 0 0;font-size:.9rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;margin:0;padding:0}
nav a{text-decoration:none}nav a:hover{text-decoration:underline}
figure{margin:22px 0}
figure svg{display:block;width:100%;height:auto}
.drawing{max-width:calc(1.15*var(--width))}figure .scroll{margin:0}figcaption{max-width:46em;margin-top:6px}
.scroll{overflow-x:auto;margin:18px 0 4px}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-size:.875rem;padding-bottom:8px;max-width:none}
th,td{text-align:left;padding:7px 14px 7px 0;border-bottom:1px solid var(--line);vertical-align:baseline}
th{font-weight:600}thead th{border-bottom:1.5px solid var(--muted);white-space:nowrap}
tbody th{font-weight:400;min-width:8.5em}
th.n,td.n{text-align:right;white-space:nowrap}
th:last-child,td:last-child{padding-right:0}
dl.facts{display:grid;grid-template-columns:minmax(9em,max-content) 1fr;gap:6px 24px;font-size:.9rem}
dl.facts dt,dl.facts dd{margin:0;overflow-wrap:anywhere}dl.facts dt{color:var(--muted)}
code{font:.85em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
pre{background:var(--soft);padding:12px 14px;border-radius:8px;white-space:pre-wrap;overflow-wrap:anywhere;margin:0 0 14px}
.tag{font-size:.8125rem;white-space:nowrap}.tag.hand{color:var(--muted)}
.gallery{list-style:none;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(300px,100%),1fr));gap:18px;margin:18px 0;padding:0}
.gallery img{display:block;width:100%;height:auto;background:#000;border-radius:6px}
.gallery span{display:block;font-size:.8125rem;color:var(--muted);margin-top:4px;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
ul.plain{padding-left:1.2em;max-width:46em}
footer{margin-top:56px;padding-top:18px;padding-bottom:44px;border-top:1px solid var(--line)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
@media (max-width:600px){header,main,footer{padding-left:18px;padding-right:18px}h1{font-size:1.55rem}.tiles{grid-template-columns:1fr 1fr}.tiles div{padding:12px 14px}.tiles dd{font-size:1.3rem}dl.facts{grid-template-columns:1fr;gap:0}dl.facts dd{margin-bottom:10px}.drawing{min-width:min(480px,var(--width))}caption{max-width:calc(100vw - 36px)}}
@page{size:A4;margin:16mm 15mm}
@media print{body{font-size:10pt}header,main,footer{max-width:none;padding:0}nav{display:none}h2{margin-top:24pt;break-after:avoid}h3,caption{break-after:avoid}figure,.tiles,tr,.gallery li{break-inside:avoid}.gallery{grid-template-columns:repeat(3,1fr);gap:8pt}figure{break-inside:avoid}.scroll{overflow:visible}table{font-size:8.5pt}th,td{padding:3pt 9pt 3pt 0}thead{display:table-header-group}.tiles dd{font-size:12pt}.tiles dd small,.tiles dt{font-size:8pt}.tiles{grid-template-columns:repeat(4,1fr)}a{color:inherit;text-decoration:none}}
`;
