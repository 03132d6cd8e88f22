/// The style of the page: colours that can be told apart by people who see red and green alike, each kind of mark also
/// by form; light and dark as the reader's system asks; one column on a phone; black on white on paper.
let reportStyle = """
  :root {
    color-scheme: light dark;
    --page: #ffffff; --card: #f6f8fa; --text: #1f2328; --quiet: #57606a; --line: #d1d9e0; --faint: #e7ebef;
    --first: #0b5cad; --second: #b4430b; --third: #1a7a52; --heat: #0b4f94; --stretch: #eef1f4; --accent: #0b5cad;
    --early: #9db8d2; --middle: #4f8cc4; --late: #0b3a6b;
    --weighted: #dcebfa; --attention: #fde9d4; --join: #e2f3e7; --plain: #f0f2f4; --end: #ffffff;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --page: #0d1117; --card: #161b22; --text: #e6edf3; --quiet: #9da7b3; --line: #3d444d; --faint: #262c34;
      --first: #6cb2f7; --second: #fb9a56; --third: #5ccf9a; --heat: #79bdff; --stretch: #171d26; --accent: #6cb2f7;
      --early: #3c5a78; --middle: #5a95cc; --late: #b5dcff;
      --weighted: #16324f; --attention: #4a2f14; --join: #173a26; --plain: #21262d; --end: #0d1117;
    }
  }
  * { box-sizing: border-box }
  html { -webkit-text-size-adjust: 100%; text-size-adjust: 100% }
  body {
    margin: 0; background: var(--page); color: var(--text);
    font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  }
  main { max-width: 1120px; margin: 0 auto; padding: 28px 24px 64px }
  h1, h2, h3, p { margin: 0 }
  h1 { font-size: 30px; line-height: 1.2; overflow-wrap: anywhere }
  h2 { font-size: 21px; margin: 0 0 12px }
  h3 { font-size: 14px; display: inline }
  a { color: var(--accent) }
  .kicker, .run, .unit, .across, .remark, .beside { color: var(--quiet) }
  .kicker { font-size: 13px }
  .run { margin: 2px 0 16px; overflow-wrap: anywhere }
  .answer { max-width: 76ch; font-size: 16px; margin-bottom: 8px }
  .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 12px; margin: 20px 0 0 }
  .fact { background: var(--card); border: 1px solid var(--faint); border-radius: 8px; padding: 10px 14px }
  .fact dt { font-size: 13px; color: var(--quiet) }
  .fact dd { margin: 0; font-size: 21px; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums }
  .beside { display: block; font-size: 12.5px; font-weight: 400 }
  nav { display: flex; flex-wrap: wrap; gap: 4px 20px; padding: 14px 0; margin-top: 20px;
    border-top: 1px solid var(--line) }
  section { padding: 28px 0 8px; border-top: 1px solid var(--line) }
  .remark { font-size: 13.5px; margin: 10px 0 16px; max-width: 90ch }
  figure { margin: 0; min-width: 0 }
  .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 24px 36px }
  .charts.wide { grid-template-columns: minmax(0, 1fr) }
  .unit { font-size: 13px }
  .frame { padding: 12px 14px 26px 58px }
  .plot { display: block; overflow: visible }
  .across { font-size: 12.5px; text-align: center; padding-left: 44px; min-height: 1.2em }
  .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 4px 0 0; padding: 0;
    font-size: 13px }
  .legend li { display: flex; align-items: center; gap: 6px }
  .key { display: inline-block; flex: none }
  .key.line { width: 22px; height: 0; border-top: 2.5px solid }
  .key.patch { width: 16px; height: 12px; border: 1px solid var(--quiet); border-radius: 2px }
  .key.spot { width: 9px; height: 9px; border-radius: 50% }
  .key.line.first { border-color: var(--first) }
  .key.line.second { border-color: var(--second) }
  .key.line.third { border-color: var(--third) }
  .key.line.dashed { border-top-style: dashed }
  .key.line.whisker { border-color: var(--quiet); border-top-width: 5px }
  .key.patch.first { background: color-mix(in srgb, var(--first) 22%, transparent); border-color: transparent }
  .key.spot.early { background: var(--early) } .key.spot.middle { background: var(--middle) }
  .key.spot.late { background: var(--late) }
  .key.weighted { background: var(--weighted) } .key.attention { background: var(--attention) }
  .key.join { background: var(--join) } .key.plain { background: var(--plain) }
  svg text { fill: var(--text); font-family: inherit }
  .tick { font-size: 12px; fill: var(--quiet); font-variant-numeric: tabular-nums }
  .note { font-size: 11.5px; fill: var(--quiet); paint-order: stroke; stroke: var(--page); stroke-width: 3px;
    stroke-linejoin: round }
  .axis { stroke: var(--quiet) } .grid { stroke: var(--faint) }
  .stretch { fill: var(--stretch) }
  .rule { stroke: var(--quiet); stroke-dasharray: 2 3 }
  .target { stroke: var(--third); stroke-width: 1.5; stroke-dasharray: 7 4 }
  .curve, .raw, .whisker, .mean { fill: none; vector-effect: non-scaling-stroke; stroke-linejoin: round }
  .curve { stroke-width: 2 } .curve.dashed { stroke-dasharray: 6 3 } .raw { stroke-width: 1; opacity: .35 }
  .curve.first, .raw.first { stroke: var(--first) } .curve.second, .raw.second { stroke: var(--second) }
  .curve.third { stroke: var(--third) }
  .area.first { fill: var(--first); opacity: .22 }
  .whisker { stroke: var(--quiet); stroke-width: 7; opacity: .45 } .mean { stroke: var(--text); stroke-width: 2 }
  .cloud { fill: none; stroke-width: 4.5; stroke-linecap: round; vector-effect: non-scaling-stroke }
  .cloud.early { stroke: var(--early) } .cloud.middle { stroke: var(--middle) } .cloud.late { stroke: var(--late) }
  circle.front { fill: var(--second); stroke: var(--page); stroke-width: 1; r: 4px }
  circle.found { fill: var(--second); stroke: var(--page); stroke-width: 1.5; r: 6.5px }
  circle.random { fill: var(--late); stroke: var(--page); stroke-width: 1.5; r: 5px }
  .scroll { overflow-x: auto; max-width: 100% }
  .scroll:focus-visible, pre:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
  table { border-collapse: collapse; font-size: 13.5px; width: 100% }
  caption { text-align: left; font-weight: 600; padding: 12px 0 4px }
  th, td { padding: 4px 12px 4px 0; text-align: left; font-weight: 400; border-bottom: 1px solid var(--faint);
    vertical-align: top }
  thead th { color: var(--quiet); border-bottom-color: var(--line); font-size: 12.5px; vertical-align: bottom }
  .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; padding-left: 12px }
  tbody th, #progress td { white-space: nowrap } .settings tbody th { white-space: normal }
  .found-row > *, .mean-row > * { font-weight: 600 }
  .mean-row > * { border-top: 1px solid var(--line) }
  .owners { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 18px 32px;
    margin-top: 14px }
  .owner { min-width: 0; break-inside: avoid }
  .heat { table-layout: fixed }
  .heat caption { font-size: 15px; padding: 0 0 2px }
  .heat thead th:first-child { width: 31% } .heat thead th:last-child { width: 52px }
  .heat th, .heat td { border: 0; padding: 0 8px 0 0; height: 18px; line-height: 18px; font-size: 12.5px }
  .heat th { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
  .heat thead th { color: var(--quiet); border-bottom: 1px solid var(--line) }
  .heat .decision th { color: var(--quiet); padding-top: 7px; height: 26px; vertical-align: bottom }
  .heat .map { padding: 0; vertical-align: top } .heat .number { padding: 0 0 0 8px }
  .chosen { color: var(--second) } .chosen-row > th, .chosen-row > .number { font-weight: 600 }
  svg.shades { display: block; background: var(--card); shape-rendering: crispEdges }
  svg.shades path { fill: var(--heat) }
  .shade { width: 22px; height: 12px; border: 1px solid var(--line);
    background: color-mix(in srgb, var(--heat) calc(var(--share) * 100%), var(--card)) }
  .network .scroll { padding: 4px 0 8px }
  .graph { display: block }
  .down { display: none }
  .layer { fill: var(--card); stroke: var(--line) } .layer-name { font-size: 12px; font-weight: 600;
    fill: var(--quiet) }
  .wire { fill: none; stroke: var(--quiet); stroke-width: 1.4; stroke-linejoin: round } .arrow { fill: var(--quiet) }
  .operation rect { stroke: var(--quiet); fill: var(--plain) }
  .weighted rect { fill: var(--weighted) } .attention rect { fill: var(--attention) } .join rect { fill: var(--join) }
  .end rect { fill: var(--end) }
  .operation-name { font-size: 12px; font-weight: 600 } .operation-detail { font-size: 11px; fill: var(--quiet) }
  .settings { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 330px), 1fr)); gap: 8px 40px;
    align-items: start }
  .settings td { overflow-wrap: anywhere; font-variant-numeric: tabular-nums }
  details { margin: 10px 0 } summary { cursor: pointer; font-size: 14px }
  pre { overflow-x: auto; background: var(--card); border: 1px solid var(--faint); border-radius: 8px; padding: 12px;
    font-size: 12.5px; line-height: 1.45 }
  @media (max-width: 620px) {
    main { padding: 18px 14px 48px }
    h1 { font-size: 25px }
    .facts { grid-template-columns: 1fr 1fr; gap: 8px } .fact { padding: 8px 10px } .fact dd { font-size: 18px }
    .tick.odd { display: none }
    .frame { padding-left: 52px; padding-right: 8px } .across { padding-left: 44px }
    .to-the-right { display: none } .down { display: block } .down .graph { margin: 0 auto }
  }
  @media print {
    :root {
      --page: #ffffff; --card: #f6f8fa; --text: #000000; --quiet: #444c56; --line: #b8c0c8; --faint: #dde2e7;
      --first: #0b5cad; --second: #b4430b; --third: #1a7a52; --heat: #0b4f94; --stretch: #eef1f4;
      --early: #9db8d2; --middle: #4f8cc4; --late: #0b3a6b;
      --weighted: #dcebfa; --attention: #fde9d4; --join: #e2f3e7; --plain: #f0f2f4; --end: #ffffff;
    }
    body { font-size: 11pt } main { max-width: none; padding: 0 }
    * { -webkit-print-color-adjust: exact; print-color-adjust: exact }
    nav { display: none }
    figure, .fact, .owner, tr { break-inside: avoid } h2, h3 { break-after: avoid }
    .network { break-inside: auto }
    .scroll { overflow: visible } .graph { max-width: 100%; height: auto }
    details::details-content { content-visibility: visible; height: auto }
    pre { white-space: pre-wrap }
  }
  """
