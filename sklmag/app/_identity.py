"""How the page looks: its mark, colours and spacing."""

BLUE, ORANGE, GREY = "#2c6fbb", "#b4540a", "#767676"
DEEP, _LIGHT = "#24406e", "#9dbcf0"  # of headings and buttons, by day and by night
GOOD, BAD, CARE = "#1b6e3c", "#b3261e", "#8a4b00"

# a horseshoe magnet, its poles in the two colours
MARK = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" role="img"
 aria-label="sklmag"><path d="M4 28V16a12 12 0 0 1 12-12v8a4 4 0 0 0-4 4v12z"
 fill="#9dbcf0"/><path d="M28 28V16A12 12 0 0 0 16 4v8a4 4 0 0 1 4 4v12z"
 fill="#f0a35e"/><path d="M4 22h8v6H4zM20 22h8v6h-8z" fill="#f4f6fa"/></svg>"""

STYLE = f"""
.q-page-container, .q-page {{ max-width: 100vw; }}
.sk-header {{ background: {DEEP} !important; color: #fff; }}
.sk-header .q-tab {{ min-width: 0; }}
@media (max-width: 639px) {{
  .sk-header {{ flex-wrap: wrap !important; justify-content: space-between; }}
  .sk-header .q-tabs {{ order: 3; width: 100%; }}
  .sk-header .q-tab {{ flex: 1; padding: 0 .25rem; }}
}}
.sk-page {{ width: 100%; max-width: 68rem; margin: 0 auto; padding: 0 .5rem;
  gap: 1rem; }}
.sk-halves {{ display: grid; grid-template-columns: 1fr; gap: 1rem; width: 100%; }}
.sk-thirds {{ display: grid; grid-template-columns: 1fr; gap: 1rem; width: 100%; }}
.sk-halves > *, .sk-thirds > * {{ min-width: 0; width: 100%; }}
@media (min-width: 640px) {{ .sk-halves {{ grid-template-columns: 1fr 1fr; }} }}
@media (min-width: 640px) {{ .sk-thirds {{ grid-template-columns: 1fr 1fr; }} }}
@media (min-width: 1000px) {{ .sk-thirds {{ grid-template-columns: 1fr 1fr 1fr; }} }}
.sk-cards {{ display: grid; gap: 1rem; width: 100%;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); }}
.sk-value {{ font-size: 1.5rem; font-weight: 600; font-variant-numeric: tabular-nums; }}
.sk-quiet {{ color: #55606e; font-size: .875rem; }}
.sk-good {{ color: {GOOD}; }} .sk-care {{ color: {CARE}; }} .sk-bad {{ color: {BAD}; }}
.body--dark .sk-quiet {{ color: #b4bdc9; }}
.body--dark .sk-good {{ color: #7fd6a2; }}
.body--dark .sk-care {{ color: #f0b870; }}
.body--dark .sk-bad {{ color: #f2a29c; }}
.body--dark {{ --q-primary: {_LIGHT} !important; }}
@layer quasar_importants {{
  .body--dark .bg-primary, .body--dark .q-btn.bg-primary.text-white,
  .body--dark .q-uploader__header, .body--dark .q-uploader__header .q-btn,
  .body--dark .q-badge.bg-primary {{ color: #10161f !important; }}
  .body--dark .q-badge.bg-warning {{ background: #f0b870 !important;
    color: #10161f !important; }}
}}
:focus-visible, .q-uploader__header .q-btn:focus-within {{
  box-shadow: 0 0 0 3px #f0a35e !important; }}
.q-tab-panel {{ padding: 1rem .25rem; }}
.q-field__label, .q-uploader__title, .q-uploader__subtitle {{ opacity: 1; }}
.q-field--float ::placeholder {{ color: #5f6b7a !important; opacity: 1; }}
.body--dark .q-field--float ::placeholder {{ color: #aab4c0 !important; }}
"""

# what Quasar gives no name: buttons that are read as their icons
NAMES = """<script>
new MutationObserver(() => {
  for (const a of document.querySelectorAll(".q-uploader__header a.q-btn")) {
    a.setAttribute("role", "presentation");
    a.removeAttribute("tabindex");
  }
  for (const i of document.querySelectorAll(".q-uploader input[type=file]")) {
    i.setAttribute("aria-label", "choose files");
    i.setAttribute("tabindex", "0");
  }
  for (const bar of document.querySelectorAll(".q-loading-bar")) {
    bar.setAttribute("aria-label", "loading");
  }
  for (const table of document.querySelectorAll(".q-table__middle.scroll")) {
    table.setAttribute("tabindex", "0");
  }
}).observe(document, { childList: true, subtree: true });
</script>"""
