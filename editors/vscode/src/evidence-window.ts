// By what evidence the server judges a file: from when until when, and how much of it.

import type * as vscode from 'vscode';
import { ErrorCodes, ResponseError } from 'vscode-languageclient/node';
import type { Server } from './server';

/** What `leastwise/evidence` answers. */
export interface Evidence {
  state: 'none' | 'reading' | 'read' | 'unreadable';
  /** In words that complete "Evidence: ". */
  summary: string;
  /** What could not be read, and why. */
  problems: string[];
}

const NONE: Evidence = { state: 'none', summary: 'none', problems: [] };

/** The evidence that counts for a document. A server that knows no evidence uses none. */
export async function evidenceOf(server: Server, document: vscode.TextDocument): Promise<Evidence> {
  try {
    const textDocument = server.client?.code2ProtocolConverter.asTextDocumentIdentifier(document);
    return (await server.client?.sendRequest<Evidence | null>('leastwise/evidence', { textDocument })) ?? NONE;
  } catch (error) {
    if (error instanceof ResponseError && error.code === ErrorCodes.MethodNotFound) return NONE;
    throw error;
  }
}
