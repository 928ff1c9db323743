// A short session in the real VS Code, with a recorder between it and the server: see `cargo xtask record`. What must be
// set, `editor.mjs` says, and beside it:
//
//   LEASTWISE_RECORDER   the recorder, which is what the extension runs in place of the server
//   LEASTWISE_BIN        the server that it runs
//   LEASTWISE_RECORDING  where it writes

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Editor, given, until } from './editor.mjs';

const MANIFEST = `\
apiVersion: v1
kind: Pod
metadata: {name: shell, namespace: shop}
spec:
  automountServiceAccountToken: false
  hostNetwork: true
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: shell
      image: registry.example.com/shell:1.0.0
      resources: {limits: {memory: 64Mi}}
      securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true}
`;

const editor = new Editor();
const folder = join(editor.home, 'shop');
const manifest = join(folder, 'shell.yaml');
mkdirSync(folder);
writeFileSync(manifest, MANIFEST);
// The settings that the server is told name it, and this machine's paths are not to be recorded.
const recorder = join(folder, 'recorder');
copyFileSync(given('LEASTWISE_RECORDER'), recorder);
editor.set({ 'leastwise.path': recorder });
const lens = (text) => editor.seen('.codelens-decoration', text);

let failed = false;
try {
  editor.install(given('LEASTWISE_VSIX'));
  await editor.start({
    LEASTWISE_BIN: given('LEASTWISE_BIN'),
    LEASTWISE_RECORDING: given('LEASTWISE_RECORDING'),
    LEASTWISE_RECORDED_FOLDER: folder,
  });
  await editor.open(folder);
  await editor.openFile('shell.yaml');
  await lens('to baseline: host-network');

  await editor.goTo(6, 20);
  await editor.page.keyboard.press('Enter');
  await editor.page.keyboard.insertText('hostPID: yes');
  await lens('host-pid');

  await editor.line('hostNetwork').getByText('true').first().hover();
  await editor.seen('.monaco-hover', 'Rule in full: host-network');
  await editor.goTo(6, 16);
  await editor.fixes('hostNetwork');
  await editor.page.keyboard.press('Enter');
  await lens('to baseline: host-pid');
  await editor.page.keyboard.press('Control+S');
  await until('the manifest is saved', () => !readFileSync(manifest, 'utf8').includes('hostNetwork'));
  await editor.command('View: Close Editor');
  await until('the end is recorded', () => readFileSync(given('LEASTWISE_RECORDING'), 'utf8').includes('/didClose"'));
} catch (error) {
  failed = true;
  console.error(error);
  if (editor.page) await editor.picture('failure').catch(() => {});
  console.error(editor.log.slice(-3000));
} finally {
  await editor.stop();
}
process.exit(failed ? 1 : 0);
