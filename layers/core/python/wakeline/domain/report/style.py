"""The report's style sheet: light and dark by the reader's setting, and light on paper."""

STYLE = """
:root{color-scheme:light dark;--ink:#1c2733;--soft:#5b6b7b;--paper:#ffffff;--card:#f5f7fa;--line:#dde3ea;
--c1:#2f6fde;--c2:#17a398;--c3:#c9d7f2;--c4:#f0a35e;--bad:#d64545;--ok:#2c8a4b;--code:#eef1f5}
@media (prefers-color-scheme:dark){:root{--ink:#e4e9ef;--soft:#95a3b3;--paper:#12181f;--card:#1a222c;--line:#2b3642;
--c1:#6a9ff5;--c2:#3cc4b7;--c3:#37496b;--c4:#e8a567;--bad:#f07474;--ok:#5fc07d;--code:#202a35}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:2rem 1.25rem 4rem;background:var(--paper);color:var(--ink);
font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .3rem}
h2{font-size:1.2rem;margin:2.4rem 0 .7rem;padding-top:.2rem}
h3{font-size:1.05rem;margin:0 0 .2rem;overflow-wrap:anywhere}
p{margin:.3rem 0}
.soft{color:var(--soft)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.7rem;margin:1.2rem 0}
.cards div{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.7rem .9rem}
.cards strong{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums}
.cards span{color:var(--soft);font-size:.82rem}
figure{margin:1rem 0 1.4rem;padding:.8rem .9rem;background:var(--card);border:1px solid var(--line);border-radius:.6rem}
figcaption{font-weight:600;margin-bottom:.5rem}
svg{display:block;width:100%;height:auto;font:11px system-ui,sans-serif}
svg .grid{stroke:var(--line)}svg .axis{fill:var(--soft)}svg .name,svg .number{fill:var(--ink)}
svg .cell{fill:var(--code)}svg .heat{fill:var(--c1)}svg .bad{fill:var(--bad)}
svg .c1{fill:var(--c1)}svg .c2{fill:var(--c2)}svg .c3{fill:var(--c3)}svg .c4{fill:var(--c4)}
.legend span{margin-right:1.1rem;color:var(--soft);font-size:.85rem}
.legend i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.4em;vertical-align:-.05em}
i.c1{background:var(--c1)}i.c2{background:var(--c2)}i.c3{background:var(--c3)}i.c4{background:var(--c4)}
table{width:100%;border-collapse:collapse;font-size:.9rem}
th,td{text-align:left;padding:.35rem .5rem;border-bottom:1px solid var(--line);vertical-align:top;
overflow-wrap:anywhere}
th{color:var(--soft);font-weight:600;font-size:.8rem}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
a{color:var(--c1)}
.session{margin-top:2.2rem;padding-top:1.4rem;border-top:2px solid var(--line)}
.tag{display:inline-block;background:var(--code);border-radius:.8rem;padding:0 .6rem;margin-right:.3rem;
font-size:.82rem}
.notes{background:var(--card);border-left:3px solid var(--c1);padding:.4rem .8rem;white-space:pre-wrap;
overflow-wrap:anywhere}
ol.timeline{list-style:none;margin:.9rem 0 0;padding:0 0 0 1rem;border-left:2px solid var(--line)}
.timeline li{position:relative;margin:.35rem 0;padding-left:.4rem;overflow-wrap:anywhere}
.timeline li:before{content:"";position:absolute;left:-1.42rem;top:.5em;width:.65rem;height:.65rem;border-radius:50%;
background:var(--soft)}
.timeline .user_message:before{background:var(--c1)}.timeline .assistant_message:before{background:var(--c2)}
.timeline .failed:before{background:var(--bad)}.timeline .compaction:before{background:var(--c4)}
.timeline time{color:var(--soft);font-size:.8rem;margin-right:.5rem;font-variant-numeric:tabular-nums}
.timeline .kind{font-weight:600;margin-right:.4rem}
.failed .kind,.error{color:var(--bad)}
.error{display:block;font-size:.86rem;white-space:pre-wrap}
@media print{:root{--ink:#000;--soft:#444;--paper:#fff;--card:#fff;--line:#bbb;--c1:#2f6fde;--c2:#17a398;--c3:#c9d7f2;
--c4:#f0a35e;--bad:#c02020;--code:#f0f0f0}body{max-width:none;padding:0;font-size:10.5pt}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}figure,tr,li{break-inside:avoid}
.session{break-before:page;border:0;padding-top:0}h2,h3{break-after:avoid}a{color:inherit;text-decoration:none}}
"""
