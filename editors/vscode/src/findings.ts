// The tree of findings, grouped by workload, each with its distance from least privilege.

import * as vscode from 'vscode';
import type { DocumentSymbol } from 'vscode-languageclient/node';
import { type Rules, ruleOf } from './rules';
import { isServed, type Server } from './server';
import type { WorkspaceCheck } from './workspace';

/** An object of a file, with what was found in it. */
interface Workload {
  name: string;
  uri: vscode.Uri;
  findings: vscode.Diagnostic[];
}

type Node = { workload: Workload; finding?: vscode.Diagnostic };

/** How many workloads may be listed with all of their findings at once. More are shown closed. */
const OPEN_AT_MOST = 20;

/** How long to wait for more diagnostics before the tree is made again, in milliseconds. */
const SETTLE = 200;

/** The view `leastwise.findings`. */
export class Findings implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<Node>;
  private workloads: Workload[] = [];
  private profiles = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;
  private generation = 0;

  constructor(
    private readonly server: Server,
    private readonly rules: Rules,
    private readonly check: WorkspaceCheck,
  ) {
    this.view = vscode.window.createTreeView('leastwise.findings', { treeDataProvider: this, showCollapseAll: true });
  }

  register(): vscode.Disposable[] {
    const later = () => this.refreshLater();
    return [
      this,
      this.view,
      vscode.languages.onDidChangeDiagnostics(later),
      this.check.onDidChange(later),
      this.server.onDidChange(later),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.changed.dispose();
  }

  getChildren(node?: Node): Node[] {
    if (!node) return this.workloads.map((workload) => ({ workload }));
    if (node.finding) return [];
    return node.workload.findings.map((finding) => ({ workload: node.workload, finding }));
  }

  getParent(node: Node): Node | undefined {
    return node.finding && { workload: node.workload };
  }

  getTreeItem({ workload, finding }: Node): vscode.TreeItem {
    const file = vscode.workspace.asRelativePath(workload.uri);
    if (!finding) {
      const distance = this.distance(workload);
      const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
      const state = this.workloads.length > OPEN_AT_MOST ? Collapsed : Expanded;
      const item = new vscode.TreeItem(workload.name, state);
      item.id = `${workload.uri}#${workload.name}`;
      item.description = `${distance} · ${file}`;
      item.iconPath = new vscode.ThemeIcon('package');
      item.accessibilityInformation = { label: `${workload.name} in ${file}: ${distance}` };
      return item;
    }
    const rule = ruleOf(finding) ?? 'leastwise';
    const item = new vscode.TreeItem(finding.message);
    item.description = `${rule} · line ${finding.range.start.line + 1}`;
    item.tooltip = `${finding.message}\n${rule}, ${file}:${finding.range.start.line + 1}`;
    item.iconPath = icon(finding.severity);
    item.contextValue = 'finding';
    item.command = {
      command: 'vscode.open',
      title: 'Go to the finding',
      arguments: [workload.uri, { selection: new vscode.Range(finding.range.start, finding.range.start) }],
    };
    const words = ['error', 'warning', 'information', 'hint'];
    item.accessibilityInformation = { label: `${words[finding.severity]}: ${finding.message}, ${rule}` };
    return item;
  }

  /** How many findings of each Pod Security Standards profile lie between a workload and meeting it. */
  private distance(workload: Workload): string {
    const rules = new Set(workload.findings.map(ruleOf).filter((rule) => rule !== undefined));
    const count = (profile: string) => [...rules].filter((rule) => this.profiles.get(rule) === profile).length;
    const [baseline, restricted] = [count('baseline'), count('restricted')];
    if (baseline + restricted === 0) {
      return `${workload.findings.length} ${workload.findings.length === 1 ? 'finding' : 'findings'}`;
    }
    return baseline === 0
      ? `${restricted} from restricted`
      : `${baseline} from baseline, ${baseline + restricted} from restricted`;
  }

  private refreshLater(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), SETTLE);
  }

  private async refresh(): Promise<void> {
    const generation = ++this.generation;
    try {
      if (this.profiles.size === 0 && this.server.program) {
        const rules = await this.rules.list();
        this.profiles = new Map(rules.flatMap((rule) => (rule.profile ? [[rule.id, rule.profile]] : [])));
      }
      const workloads: Workload[] = [];
      // In the order of their names: the editor lists files as they happened to change.
      const files = vscode.languages.getDiagnostics().sort(([a], [b]) => (a.path < b.path ? -1 : 1));
      for (const [uri, diagnostics] of files) {
        const findings = diagnostics.filter((one) => ruleOf(one) !== undefined);
        if (findings.length > 0) workloads.push(...(await this.grouped(uri, findings)));
      }
      // A newer refresh may have overtaken this one while it asked the server.
      if (generation !== this.generation) return;
      this.workloads = workloads;
      const total = workloads.reduce((sum, workload) => sum + workload.findings.length, 0);
      this.view.badge = total > 0 ? { value: total, tooltip: `${total} findings` } : undefined;
      this.changed.fire();
    } catch (error) {
      this.server.log.error(`the tree of findings: ${error}`);
    }
  }

  private async grouped(uri: vscode.Uri, findings: vscode.Diagnostic[]): Promise<Workload[]> {
    const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
    const objects = document && isServed(document) ? await this.outline(uri) : [];
    const groups = new Map<string, Workload>();
    findings.sort((a, b) => a.range.start.compareTo(b.range.start));
    // Objects and findings stand in the order of the text, so that no object need be looked at twice.
    let next = 0;
    for (const finding of findings) {
      const line = finding.range.start.line;
      while ((objects[next]?.range.end.line ?? line) < line) next++;
      const candidate = objects[next];
      const object = candidate && candidate.range.start.line <= line ? candidate : undefined;
      const name = this.check.objectOf(finding) ?? (object && `${object.detail ?? ''} ${object.name}`.trim());
      const key = name ?? vscode.workspace.asRelativePath(uri);
      const group = groups.get(key) ?? { name: key, uri, findings: [] };
      group.findings.push(finding);
      groups.set(key, group);
    }
    return [...groups.values()];
  }

  private async outline(uri: vscode.Uri): Promise<DocumentSymbol[]> {
    if (!this.server.client || !this.server.isRunning) return [];
    const parameters = { textDocument: { uri: this.server.client.code2ProtocolConverter.asUri(uri) } };
    const symbols = await this.server.client.sendRequest<DocumentSymbol[] | null>(
      'textDocument/documentSymbol',
      parameters,
    );
    return symbols ?? [];
  }
}

function icon(severity: vscode.DiagnosticSeverity): vscode.ThemeIcon {
  switch (severity) {
    case vscode.DiagnosticSeverity.Error:
      return new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
    case vscode.DiagnosticSeverity.Warning:
      return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
    default:
      return new vscode.ThemeIcon('info');
  }
}
