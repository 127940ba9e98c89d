"""The style of the report's page: readable on a desk, on a phone and on paper, in light and dark."""

# Colours that people who do not tell red from green tell apart (Okabe and Ito); every bar has its numbers beside it.
STYLE = """
:root{--ink:#1c2126;--soft:#5b6670;--line:#dfe4e8;--paper:#fff;--card:#f5f7f8;
--good:#009e73;--extended:#8fd3bd;--bad:#e08214;--worse:#c0392b;--open:#7fb3d9;--gone:#c3c9ce;--time:#0072b2}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e6e9eb;--soft:#9aa5ae;--line:#333b42;--paper:#14181b;
--card:#1e2428;--extended:#5f9c8a;--open:#4c83ab;--gone:#59636b;--time:#3d9bd1;--worse:#e0604f}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem;max-width:70rem;background:var(--paper);color:var(--ink);
font:16px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:0}
header p,.note,footer{color:var(--soft)}.note{margin:.1rem 0 .6rem;font-size:.9rem}
section{margin:2rem 0}footer{font-size:.85rem;border-top:1px solid var(--line);padding-top:.75rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.75rem;margin:1.25rem 0}
.tiles div{background:var(--card);border-radius:.5rem;padding:.75rem 1rem}
dt{color:var(--soft);font-size:.9rem}dd{margin:0;font-size:1.6rem;font-weight:600}
dd.more{font-size:.85rem;font-weight:400;color:var(--soft)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{font-size:.85rem;font-weight:600;color:var(--soft);text-align:right;white-space:nowrap}
th,td{padding:.3rem .5rem;border-bottom:1px solid var(--line)}
td{text-align:right}th:first-child,td:first-child{text-align:left;padding-left:0;overflow-wrap:anywhere}
td:has(.bar){width:34%;min-width:9rem}
.bar{display:block;width:100%;height:1.1rem;background:var(--card)}
.legend{display:flex;flex-wrap:wrap;gap:.15rem 1rem;list-style:none;margin:0 0 .5rem;padding:0;font-size:.85rem}
.mark{display:inline-block;width:.8em;height:.8em;margin-right:.4em}
.good{fill:var(--good);background:var(--good)}.extended{fill:var(--extended);background:var(--extended)}
.bad{fill:var(--bad);background:var(--bad)}.worse{fill:var(--worse);background:var(--worse)}
.open{fill:var(--open);background:var(--open)}.gone{fill:var(--gone);background:var(--gone)}
.time{fill:var(--time);background:var(--time)}
.nothing{color:var(--soft)}
@media (max-width:40rem){body{padding:1rem}.tiles{grid-template-columns:1fr 1fr}dd{font-size:1.3rem}
thead{display:none}table,tbody{display:block}
tr{display:flex;flex-wrap:wrap;gap:.1rem .9rem;padding:.5rem 0;border-bottom:1px solid var(--line)}
td{border:0;padding:0;text-align:left}td:first-child{flex-basis:100%;font-weight:600}
td:has(.bar){flex-basis:100%;width:100%;margin:.15rem 0}
td:not(:first-child):not(:has(.bar))::before{content:attr(data-name) " ";color:var(--soft);font-size:.85rem}}
@media print{body{padding:0;max-width:none;font-size:11pt}section,tr{break-inside:avoid}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""
