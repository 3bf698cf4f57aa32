/**
 * NestJS, which stores each event once in PostgreSQL; bullmq-worker.js or stream-worker.js handles it.
 *
 * It needs, beside the table of ../../receivers.sql, AIRUDDER_WEBHOOK_SECRET, AIRUDDER_WEBHOOK_SCHEME, DATABASE_URL and PORT.
 */
import "reflect-metadata";
import {
  BadRequestException,
  Controller,
  HttpCode,
  Module,
  Post,
  Req,
  ServiceUnavailableException,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import type { NestExpressApplication } from "@nestjs/platform-express";
import { type Event, requestedUrl, Webhooks } from "airudder";
import type { Request } from "express";
import { store, tell } from "./inbox.js";

const hooks = Webhooks.fromEnv();

@Controller("events")
class EventsController {
  /** Takes one delivery: verifies it, stores it, and only then answers 200. */
  @Post()
  @HttpCode(200)
  async take(@Req() request: Request): Promise<object> {
    const event = this.verified(request);
    try {
      await store(event); // it is committed
    } catch (error) {
      tell(error);
      throw new ServiceUnavailableException(); // AI Rudder sends it again in a minute
    }
    return {};
  }

  private verified(request: Request): Event {
    const url = requestedUrl(request, process.env.AIRUDDER_WEBHOOK_URL || undefined);
    try {
      return hooks.unwrap(request.body, request.headers, { url });
    } catch (error) {
      console.warn(`refused: ${error}`);
      throw new BadRequestException();
    }
  }
}

@Module({ controllers: [EventsController] })
class AppModule {}

// Nest would parse JSON. `rawBody: true` would keep the bytes, too, but refuses encrypted events, which are no JSON.
const app = await NestFactory.create<NestExpressApplication>(AppModule, {
  bodyParser: false,
  logger: ["error", "warn"],
});
app.useBodyParser("raw", { type: () => true, limit: "8mb" }); // more than this gets a 413
app.enableShutdownHooks();
await app.listen(Number(process.env.PORT ?? 0), "127.0.0.1");
console.log(`listening on ${await app.getUrl()}/events`);
