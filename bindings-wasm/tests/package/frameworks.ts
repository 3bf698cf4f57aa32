// The handlers fit what the frameworks and runtimes want, with the types of all of them about.
import { createServer } from "node:http";
import { Client, requestedUrl, Webhooks } from "airudder";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";

const hooks = new Webhooks({ secret: "s" });

createServer(hooks.nodeHandler());
express().post("/", hooks.nodeHandler());
Fastify().post("/", (request, reply) =>
  hooks.nodeHandler()(Object.assign(request.raw, { body: request.body }), reply.raw),
);
new Hono().post("/", (context) => hooks.fetchHandler()(context.req.raw));
Fastify().post("/own", (request) =>
  hooks.unwrap(request.body as Buffer, request.headers, { url: requestedUrl(request.raw) }),
);
express().post("/own", (request) => void requestedUrl(request, "https://hooks.example.com"));
export const POST: (request: Request) => Promise<Response> = hooks.fetchHandler();

export const controller = new AbortController();
export const client = new Client({ fetch });
export const result = client.robots.list({}, { signal: controller.signal });
