package vigie.bench;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * Screening as a Kafka Streams application: one processor, one persistent store keyed by device, two sinks.
 *
 * <p>The rules are those of services/triage/screening for raises and heartbeats; what later messages refer to (updates,
 * restores) is left out, so this does less work than what it is compared with. Rules in force come from a file.
 */
public final class Screening implements Processor<String, byte[], String, byte[]> {
  static final String DEVICES = "devices";
  static final ObjectMapper JSON = new ObjectMapper();
  static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  /** Arrivals of one nature and zone, and the fold that takes them while it is open. */
  public static final class Stream {
    public Deque<Arrival> recent = new ArrayDeque<>();
    public Fold fold;
  }

  /** One arrival. */
  public static final class Arrival {
    public double at;
    public String id;
  }

  /** A fold that still takes signals. */
  public static final class Fold {
    public String first;
    public long period;
    public double lastAt;
    public int count;
  }

  /** What is remembered of one device. */
  public static final class Device {
    public LinkedHashMap<String, Arrival> repeats = new LinkedHashMap<>();
    public LinkedHashMap<String, Stream> streams = new LinkedHashMap<>();
  }

  /** One decision. */
  record Decision(
      String outcome, String reason, String first, int count, String silence, boolean confirm, ObjectNode inputs) {}

  private final JsonNode rules;
  private ProcessorContext<String, byte[]> context;
  private KeyValueStore<String, Device> devices;

  Screening(JsonNode rules) {
    this.rules = rules;
  }

  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    this.context = context;
    this.devices = context.getStateStore(DEVICES);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    try {
      ObjectNode signal = (ObjectNode) JSON.readTree(record.value());
      double at = record.timestamp() / 1000.0;
      Decision decision = decide(signal, at);
      String moment = MILLIS.format(Instant.ofEpochMilli(record.timestamp()));
      ObjectNode outcome = outcome(signal, decision, moment);
      String id = signal.get("signal_id").asText();
      send(record, "outcomes", signal.get("device").asText(), outcome, id + ":outcome", "vigie.signal.screened.v1", moment);
      if (decision.outcome.equals("alarm")) {
        send(record, "alarms", alarmKey(signal), alarm(signal, decision, moment), id, "vigie.alarm.raised.v1", moment);
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private Decision decide(ObjectNode signal, double at) {
    if (signal.get("phase").asText().equals("heartbeat")) {
      return plain("supervision", "heartbeat", JSON.createObjectNode());
    }
    String key = signal.get("device").asText();
    Device device = devices.get(key);
    if (device == null) {
      device = new Device();
    }
    Decision decision = judge(signal, at, device);
    devices.put(key, device);
    return decision;
  }

  private Decision judge(ObjectNode signal, double at, Device device) {
    Decision repeated = repeated(signal, at, device);
    if (repeated != null) {
      return repeated;
    }
    String nature = signal.get("nature").asText();
    boolean urgent = contains(rules.get("urgent"), nature);
    boolean fault = contains(rules.get("faults"), nature);
    boolean camera = signal.get("device_kind").asText().equals("camera");
    ObjectNode inputs = JSON.createObjectNode();
    String refusal = text(signal, "use_case") != null || (camera && !fault) ? ruling(signal, at, inputs) : null;
    if (refusal != null && !urgent) {
      return plain("refused", refusal, inputs);
    }
    JsonNode silence = silence(signal, at);
    if (urgent) {
      return urgent(signal, silence, refusal, inputs);
    }
    if (silence != null) {
      inputs.put("silence_ends_at", silence.get(3).asDouble());
      String reason = silence.get(4).asBoolean() ? "site_under_test" : "silenced";
      return new Decision("silenced", reason, null, 0, text(silence, 0), false, inputs);
    }
    return shown(signal, at, device, nature, fault, inputs);
  }

  private Decision repeated(ObjectNode signal, double at, Device device) {
    String fingerprint = text(signal, "fingerprint");
    if (fingerprint == null) {
      return null;
    }
    double within = rules.get("limits").get("repeat_within").asDouble();
    Iterator<Arrival> oldest = device.repeats.values().iterator();
    while (oldest.hasNext() && oldest.next().at < at - within) {
      oldest.remove();
    }
    Arrival first = device.repeats.get(fingerprint);
    if (first == null) {
      device.repeats.put(fingerprint, arrival(signal, at));
      return null;
    }
    ObjectNode inputs = JSON.createObjectNode().put("fingerprint", fingerprint).put("repeat_within_s", within);
    return new Decision("repeat", "same_mark", first.id, 0, null, false, inputs);
  }

  private String ruling(ObjectNode signal, double at, ObjectNode inputs) {
    String use = text(signal, "use_case");
    JsonNode centre = rules.get("centres").get(signal.get("origin").get("centre").asText());
    inputs.put("use_case", use == null ? "" : use).put("pack", centre == null ? "none" : text(centre, "pack_version"));
    if (use == null) {
      return "unknown_use_case";
    }
    if (centre == null) {
      return "no_legal_basis";
    }
    if (!contains(centre.get("known"), use)) {
      return "unknown_use_case";
    }
    JsonNode over = null;
    for (JsonNode basis : centre.get("bases")) {
      JsonNode cameras = basis.get("cameras");
      boolean named = cameras.isEmpty() || contains(cameras, signal.get("device").asText());
      if (!named || !use.equals(text(basis, "use_case"))) {
        continue;
      }
      if (basis.get("starts_at").asDouble() <= at && at < basis.get("ends_at").asDouble()) {
        show(basis, inputs);
        return null;
      }
      boolean later = over == null || basis.get("ends_at").asDouble() > over.get("ends_at").asDouble();
      if (basis.get("ends_at").asDouble() <= at && later) {
        over = basis;
      }
    }
    if (over == null) {
      return "no_legal_basis";
    }
    show(over, inputs);
    return "legal_basis_expired";
  }

  private static void show(JsonNode basis, ObjectNode inputs) {
    inputs.put("basis", text(basis, "basis")).put("basis_starts_at", basis.get("starts_at").asDouble());
    inputs.put("basis_ends_at", basis.get("ends_at").asDouble()).put("approver", text(basis, "approver"));
  }

  private JsonNode silence(ObjectNode signal, double at) {
    String centre = signal.get("origin").get("centre").asText();
    for (String field : List.of("device", "site", "sector")) {
      String value = text(signal, field);
      JsonNode all = value == null ? null : rules.get("silences").get(centre + "/" + field + ":" + value);
      if (all == null) {
        continue;
      }
      for (JsonNode one : all) {
        if (one.get(2).asDouble() <= at && at < one.get(3).asDouble()) {
          return one;
        }
      }
    }
    return null;
  }

  private static Decision urgent(ObjectNode signal, JsonNode silence, String refusal, ObjectNode inputs) {
    String reason = "urgent";
    if (silence != null) {
      inputs.put("silence_ends_at", silence.get(3).asDouble());
      reason = "urgent_under_silence";
    } else if (refusal != null) {
      reason = refusal;
    }
    String named = silence == null ? null : text(silence, 0);
    return new Decision("alarm", reason, null, 0, named, silence != null || refusal != null, inputs);
  }

  private Decision shown(
      ObjectNode signal, double at, Device device, String nature, boolean fault, ObjectNode inputs) {
    JsonNode limits = rules.get("limits");
    String zone = text(signal, "zone");
    String use = text(signal, "use_case");
    String name = nature + "|" + (zone != null && !zone.isEmpty() ? zone : use == null ? "" : use);
    Stream stream = device.streams.computeIfAbsent(name, unused -> new Stream());
    Fold fold = arrive(stream, arrival(signal, at), limits);
    if (fold != null) {
      ObjectNode by = JSON.createObjectNode().put("chatter_over", limits.get("chatter_over").asInt());
      by.put("chatter_within_s", limits.get("chatter_within").asDouble());
      return new Decision("folded", "chatter", fold.first, fold.count, null, false, by);
    }
    if (fault) {
      return plain("fault", "fault_reported", inputs);
    }
    return plain("alarm", contains(signal.get("flags"), "unknown_code") ? "unknown_code" : "new", inputs);
  }

  private static Fold arrive(Stream stream, Arrival arrival, JsonNode limits) {
    int over = limits.get("chatter_over").asInt();
    double seconds = limits.get("chatter_period").asDouble();
    stream.recent.addLast(arrival);
    while (stream.recent.peekFirst().at < arrival.at - limits.get("chatter_within").asDouble()
        || stream.recent.size() > over + 1) {
      stream.recent.removeFirst();
    }
    long period = (long) Math.floor(arrival.at / seconds);
    Fold fold = stream.fold;
    if (fold != null
        && (fold.period != period || arrival.at - fold.lastAt >= limits.get("chatter_quiet").asDouble())) {
      fold = stream.fold = null;
    }
    if (fold == null && stream.recent.size() > over) {
      fold = stream.fold = new Fold();
      fold.period = period;
      fold.lastAt = arrival.at;
      for (Arrival known : stream.recent) {
        if ((long) Math.floor(known.at / seconds) == period) {
          fold.first = known.id;
          break;
        }
      }
    }
    if (fold == null || fold.first.equals(arrival.id)) {
      return null;
    }
    fold.count++;
    fold.lastAt = arrival.at;
    return fold;
  }

  private static ObjectNode outcome(ObjectNode signal, Decision decision, String moment) {
    ObjectNode outcome = JSON.createObjectNode();
    for (String name : List.of("signal_id", "origin", "device", "device_kind", "nature", "phase")) {
      outcome.set(name, signal.get(name));
    }
    outcome.put("outcome", decision.outcome).put("reason", decision.reason).put("decided_at", moment);
    outcome.set("received_at", signal.get("received_at"));
    outcome.set("device_at", signal.get("device_at"));
    outcome.put("first_signal_id", decision.first).put("count", decision.count);
    for (String name : List.of("site", "zone", "place", "sector", "position", "subject", "flags", "attributes")) {
      outcome.set(name, signal.get(name));
    }
    if (decision.silence != null) {
      decision.inputs.put("silence_id", decision.silence);
    }
    outcome.set("inputs", decision.inputs);
    return outcome;
  }

  private static ObjectNode alarm(ObjectNode signal, Decision decision, String moment) {
    ObjectNode alarm = JSON.createObjectNode();
    alarm.set("alarm_id", signal.get("signal_id"));
    alarm.set("signal", signal);
    alarm.put("screened_at", moment).put("reason", decision.reason).put("first_signal_id", decision.first);
    return alarm.put("operator_confirmed", decision.confirm).put("silence_id", decision.silence);
  }

  private void send(
      Record<String, byte[]> from, String to, String key, ObjectNode value, String id, String type, String moment)
      throws IOException {
    Headers headers = new RecordHeaders();
    headers.add("ce_specversion", bytes("1.0")).add("ce_id", bytes(id)).add("ce_type", bytes(type));
    headers.add("ce_source", bytes("vigie/bench")).add("ce_time", bytes(moment));
    headers.add("content-type", bytes("application/json"));
    context.forward(new Record<>(key, JSON.writeValueAsBytes(value), from.timestamp(), headers), to);
  }

  private static String alarmKey(ObjectNode signal) {
    for (String name : List.of("sector", "site")) {
      if (text(signal, name) != null) {
        return text(signal, name);
      }
    }
    return signal.get("device").asText();
  }

  private static Decision plain(String outcome, String reason, ObjectNode inputs) {
    return new Decision(outcome, reason, null, 0, null, false, inputs);
  }

  private static Arrival arrival(ObjectNode signal, double at) {
    Arrival arrival = new Arrival();
    arrival.at = at;
    arrival.id = signal.get("signal_id").asText();
    return arrival;
  }

  private static boolean contains(JsonNode list, String word) {
    for (JsonNode one : list) {
      if (one.asText().equals(word)) {
        return true;
      }
    }
    return false;
  }

  private static String text(JsonNode of, String field) {
    JsonNode found = of.get(field);
    return found == null || found.isNull() ? null : found.asText();
  }

  private static String text(JsonNode of, int index) {
    return of.get(index).isNull() ? null : of.get(index).asText();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Serde<Device> deviceSerde() {
    TypeReference<Device> type = new TypeReference<>() {};
    Serializer<Device> write =
        (topic, device) -> {
          try {
            return device == null ? null : JSON.writeValueAsBytes(device);
          } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
          }
        };
    Deserializer<Device> read =
        (topic, content) -> {
          try {
            return content == null ? null : JSON.readValue(content, type);
          } catch (IOException damaged) {
            throw new UncheckedIOException(damaged);
          }
        };
    return Serdes.serdeFrom(write, read);
  }

  /** Arguments: bootstrap servers, application id, state folder, rules file, threads. Runs until it is terminated. */
  public static void main(String[] args) throws Exception {
    JsonNode rules = JSON.readTree(Path.of(args[3]).toFile());
    Properties settings = new Properties();
    settings.putAll(
        Map.of(
            StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0],
            StreamsConfig.APPLICATION_ID_CONFIG, args[1],
            StreamsConfig.STATE_DIR_CONFIG, args[2],
            StreamsConfig.NUM_STREAM_THREADS_CONFIG, args[4],
            StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE,
            "auto.offset.reset", "earliest",
            "acks", "all"));
    Topology topology = new Topology();
    Serde<String> text = Serdes.String();
    Serde<byte[]> raw = Serdes.ByteArray();
    topology.addSource("signals", text.deserializer(), raw.deserializer(), "signals");
    topology.addProcessor("screening", () -> new Screening(rules), "signals");
    topology.addStateStore(
        Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(DEVICES), text, deviceSerde()).withCachingEnabled(),
        "screening");
    topology.addSink("outcomes", "signal.outcomes", text.serializer(), raw.serializer(), "screening");
    topology.addSink("alarms", "alarms", text.serializer(), raw.serializer(), "screening");
    KafkaStreams streams = new KafkaStreams(topology, settings);
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  streams.close();
                  ended.countDown();
                }));
    streams.start();
    ended.await();
  }
}
