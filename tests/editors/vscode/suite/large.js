// A file of 50,000 lines: it opens, and edits are answered.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { finding, found, open, test, when, write } from './test.js';

const LINES_OF_ONE = 25;
const COUNT = 50_000 / LINES_OF_ONE;
/** The line in each, from 0, that grants nothing and is edited to grant much. */
const HOST_NETWORK = 13;

const deployment = (number) => `\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart-${number}
  namespace: shop
  labels: {app: cart-${number}}
spec:
  selector:
    matchLabels: {app: cart-${number}}
  template:
    metadata:
      labels: {app: cart-${number}}
    spec:
      hostNetwork: false
      containers:
        - name: cart
          image: registry.example.com/shop/cart:1.4.2
          ports:
            - containerPort: 8080
          resources:
            limits:
              memory: 64Mi
          securityContext:
            allowPrivilegeEscalation: false
---
`;
/** What is missing in each. */
const FOUND_IN_ONE = [
  '13:5 run-as-non-root-not-enforced spec',
  '13:5 seccomp-profile-missing spec',
  '13:5 service-account-token-mounted spec',
  '23:11 capabilities-not-all-dropped securityContext',
  '23:11 root-filesystem-writable securityContext',
];

test('50,000 lines open, and edits in their middle are answered', async () => {
  const text = Array.from({ length: COUNT }, (_, number) => deployment(number)).join('');
  assert.equal(text.split('\n').length - 1, 50_000);
  const uri = write('large.yaml', text);
  const findings = () => vscode.languages.getDiagnostics(uri);
  const passed = async (work) => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  const changed = vscode.languages.onDidChangeDiagnostics;

  let document;
  const shown = await passed(async () => (document = await open(uri)));
  const all = COUNT * FOUND_IN_ONE.length;
  const first = await passed(() => when('all is found', () => findings().length === all, changed));
  assert.deepEqual(found(document).slice(0, FOUND_IN_ONE.length), FOUND_IN_ONE);

  const line = (COUNT / 2) * LINES_OF_ONE + HOST_NETWORK;
  const value = document.lineAt(line).text.indexOf('false');
  const put = (word) =>
    vscode.window.activeTextEditor.edit((edit) => {
      edit.replace(new vscode.Range(line, value, line, document.lineAt(line).text.length), word);
    });
  const edits = [];
  for (let round = 0; round < 10; round++) {
    const there = round % 2 === 0;
    const isRight = () => (finding(document, 'host-network') !== undefined) === there;
    edits.push(
      await passed(async () => {
        assert.ok(await put(String(there)));
        await when(`host-network is ${there ? '' : 'not '}found`, isRight, changed);
      }),
    );
  }
  const hover = await passed(() =>
    vscode.commands.executeCommand('vscode.executeHoverProvider', uri, new vscode.Position(12, 5)),
  );
  await document.save();
  edits.sort((a, b) => a - b);
  const milliseconds = (time) => `${Math.round(time)} ms`;
  return (
    `shown after ${milliseconds(shown)}, all ${all} findings ${milliseconds(first)} later; ` +
    `an edit to its finding: median ${milliseconds(edits[5])}, longest ${milliseconds(edits.at(-1))}; ` +
    `a hover: ${milliseconds(hover)}`
  );
});
