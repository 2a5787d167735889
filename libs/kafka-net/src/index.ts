export { createKafkaListener, type KafkaListenerOptions } from "./listener.ts";
