/** Plain looks that give no one's trade dress: our own rendering of a payload. */
export const STYLE = `
* { box-sizing: border-box; margin: 0 }
body { background: #fff; color: #1d1c1d; font: 15px/1.46 Inter, "Helvetica Neue", Arial, sans-serif }
main { width: 680px; padding: 16px 20px; display: grid; gap: 16px }
article { display: flex; gap: 10px }
.face { flex: none; width: 36px; height: 36px; border-radius: 8px; background: #1f3a5f; color: #fff;
  display: grid; place-items: center; font-weight: 700 }
.body { flex: 1; min-width: 0; display: grid; gap: 8px; justify-items: start }
.body > * { max-width: 100% }
header b { font-weight: 800 }
.badge { background: #e8e8e8; color: #616061; border-radius: 3px; font-size: 10px; font-weight: 700; padding: 1px 4px;
  margin-left: 6px; vertical-align: 1px }
time, small, .context { color: #616061; font-size: 12px }
time { margin-left: 8px }
h1 { font-size: 20px; border-bottom: 1px solid #ddd; padding-bottom: 12px; margin-bottom: 4px }
h2 { font-size: 18px }
hr { border: 0; border-top: 1px solid #ddd; width: 100% }
p { overflow-wrap: anywhere }
code, pre { font: 12.5px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; background: #f8f8f8;
  border: 1px solid #ddd; border-radius: 4px }
code { color: #b1264a; padding: 1px 3px }
pre { padding: 8px 10px; white-space: pre-wrap; overflow-wrap: anywhere; width: 100% }
blockquote { border-left: 4px solid #ddd; padding-left: 12px }
a { color: #1264a3 }
.mention { background: #e8f5fa; color: #1264a3; border-radius: 3px; padding: 0 2px }
.section { display: flex; justify-content: space-between; gap: 16px; width: 100% }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 16px; margin-top: 4px }
.actions { display: flex; flex-wrap: wrap; gap: 8px; align-items: center }
.button { display: inline-block; border: 1px solid #bbb; border-radius: 4px; padding: 4px 12px; font-weight: 700;
  font-size: 14px; white-space: nowrap; background: #fff }
.button.primary { background: #007a5a; border-color: #007a5a; color: #fff }
.button.danger { color: #e01e5a; border-color: #e01e5a }
.thread { border-left: 2px solid #ddd; padding-left: 14px; display: grid; gap: 10px; margin-top: 4px }
.thread .face { width: 24px; height: 24px; font-size: 12px; border-radius: 5px }
.modal, .home { border: 1px solid #ccc; border-radius: 8px; padding: 18px 20px; display: grid; gap: 14px }
.modal footer { display: flex; justify-content: flex-end; gap: 10px; border-top: 1px solid #ddd; padding-top: 14px }
.input { display: grid; gap: 5px }
.box-input { border: 1px solid #888; border-radius: 4px; padding: 6px 10px; min-height: 36px; min-width: 160px;
  white-space: pre-wrap }
.box-input i { color: #777; font-style: normal }
.box-input.tall { min-height: 70px }
.menu { display: flex; justify-content: space-between; gap: 12px }
label { display: flex; gap: 8px; align-items: center }
.box { width: 14px; height: 14px; border: 1px solid #888; border-radius: 3px }
.box.radio_buttons { border-radius: 50% }
.box.on { background: #1264a3; border-color: #1264a3 }
.error { color: #b01c4b; font-size: 13px }
ul, ol { padding-left: 22px }
`;
