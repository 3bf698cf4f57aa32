/**
 * NestJS, which stores each event once in PostgreSQL; bullmq-worker.js or stream-worker.js handles it.
 *
 * It needs, beside the table of ../../receivers.sql, AIRUDDER_WEBHOOK_SECRET, AIRUDDER_WEBHOOK_SCHEME, DATABASE_URL and PORT.
 */
import "reflect-metadata";
import type { IncomingHttpHeaders } from "node:http";
import {
  BadRequestException,
  Body,
  Controller,
  Headers,
  HttpCode,
  Module,
  Post,
  ServiceUnavailableException,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import type { NestExpressApplication } from "@nestjs/platform-express";
import { type Event, Webhooks } from "airudder";
import { store, tell } from "./inbox.js";

const hooks = Webhooks.fromEnv();

@Controller("events")
class EventsController {
  /** Takes one delivery: verifies it, stores it, and only then answers 200. */
  @Post()
  @HttpCode(200)
  async take(@Body() body: Buffer, @Headers() headers: IncomingHttpHeaders): Promise<object> {
    const event = this.verified(body, headers);
    try {
      await store(event); // it is committed
    } catch (error) {
      tell(error);
      throw new ServiceUnavailableException(); // AI Rudder sends it again in a minute
    }
    return {};
  }

  private verified(body: Buffer, headers: IncomingHttpHeaders): Event {
    try {
      return hooks.unwrap(body, headers);
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
