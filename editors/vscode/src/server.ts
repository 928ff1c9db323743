// The language server: started, restarted and stopped.

import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  type ErrorHandler,
  LanguageClient,
  type Middleware,
  State,
  Trace,
} from 'vscode-languageclient/node';
import { findProgram, type Program } from './program';

/** The texts that the server is told of. */
export const SELECTOR = ['file', 'untitled'].flatMap((scheme) =>
  ['yaml', 'helm', 'dockercompose'].map((language) => ({ scheme, language })),
);

/** Whether the server is told of a document. */
export function isServed(document: vscode.TextDocument): boolean {
  return vscode.languages.match(SELECTOR, document) > 0;
}

/** The one server of this window. */
export class Server implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  /** It started, stopped or failed. */
  readonly onDidChange = this.changed.event;
  private readonly evidence = new vscode.EventEmitter<void>();
  /** It reads other evidence than before, or has read it. */
  readonly onDidChangeEvidence = this.evidence.event;
  /** The program in use. */
  program: Program | undefined;
  /** Why there is no server, in words. */
  failure: string | undefined;
  client: LanguageClient | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly middleware: Middleware,
    readonly log: vscode.LogOutputChannel,
  ) {}

  get isRunning(): boolean {
    return this.client?.state === State.Running;
  }

  /** The version that the server said it has. */
  get version(): string | undefined {
    return this.client?.initializeResult?.serverInfo?.version;
  }

  /** Starts the server; one that runs is stopped first. A failure is shown and remembered, not thrown. */
  async restart(): Promise<void> {
    await this.stop();
    try {
      this.program = findProgram(this.context);
      this.failure = undefined;
      this.log.info(`starting ${this.program.path} (${this.program.origin})`);
      const client: LanguageClient = new LanguageClient(
        'leastwise',
        'Leastwise',
        { command: this.program.path, args: ['lsp', '--stdio'] },
        {
          documentSelector: SELECTOR,
          outputChannel: this.log,
          middleware: this.middleware,
          errorHandler: this.whenItFails(() => client.createDefaultErrorHandler()),
          // The server asks for them when told that they changed.
          synchronize: { configurationSection: 'leastwise' },
          markdown: { isTrusted: false, supportHtml: false },
        },
      );
      this.client = client;
      client.onDidChangeState(() => this.changed.fire());
      client.onNotification('leastwise/evidenceChanged', () => this.evidence.fire());
      await client.start();
      if (vscode.workspace.getConfiguration('leastwise').get('trace.server') === 'verbose') {
        await client.setTrace(Trace.Verbose);
      }
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
      this.log.error(this.failure);
      this.changed.fire();
      const [show, settings] = ['Show Log', 'Open Settings'];
      void vscode.window.showErrorMessage(`Leastwise does not run: ${this.failure}`, show, settings).then((chosen) => {
        if (chosen === show) this.log.show();
        if (chosen === settings) {
          void vscode.commands.executeCommand('workbench.action.openSettings', 'leastwise.path');
        }
      });
    }
  }

  /**
   * A server that dies is started again, unless it dies too often, as the library's own handler counts. That a message could
   * not be written decides nothing: what follows is the end of the process. The library's handler would take a few such
   * errors for a reason to stop for good.
   */
  private whenItFails(make: () => ErrorHandler): ErrorHandler {
    let usual: ErrorHandler | undefined;
    return {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: async () => {
        usual ??= make();
        const result = await usual.closed();
        if (result.action === CloseAction.DoNotRestart) {
          this.failure = result.message ?? 'the server has ended';
          this.changed.fire();
        }
        return result;
      },
    };
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    // A client that never came up cannot be stopped; there is nothing to stop then.
    if (client?.needsStop()) await client.stop();
    client?.outputChannel !== this.log && client?.outputChannel.dispose();
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
    this.evidence.dispose();
  }
}
