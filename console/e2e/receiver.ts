/** A receiver of webhooks on loopback, which checks signatures as Standard Webhooks has them. */

import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

interface Message {
  /** Whether its signature is of this secret. */
  fits(secret: string): boolean;
}

export interface Receiver {
  /** Host and port. */
  host: string;
  got: Message[];
  /** What is answered. */
  status: number;
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const [id, at, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => String(request.headers[name]));
    receiver.got.push({
      fits(secret) {
        const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
        const wanted = `v1,${createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64")}`;
        return signatures?.split(" ").includes(wanted) ?? false;
      },
    });
    response.writeHead(receiver.status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const receiver: Receiver = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    got: [],
    status: 204,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return receiver;
}
