import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/**
 * A leader election for zkchaos in Java. docs/protocol.md says what a program is told and what it has to print.
 *
 * <p>A candidate makes an ephemeral sequential znode and watches the one right before its own; the first in line
 * leads. When the connection breaks it gives its session up, and with it whatever a request without an answer made.
 */
public final class Election {
    static final String ROOT = "/election", WORK = "/work";
    static final ObjectMapper JSON = new ObjectMapper();
    static JsonNode plan;
    static volatile boolean stopping;

    /** Number of the logical process that calls; process 0 tells of what nobody called for. */
    static int process = 1;
    static int works;

    public static void main(String[] arguments) throws Exception {
        plan = JSON.readTree(System.getenv("ZKCHAOS_PLAN"));
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stopping = true;
            try {
                main.join(10_000);
            } catch (InterruptedException never) {
                main.interrupt();
            }
            Runtime.getRuntime().halt(0); // SIGTERM is an order, not an accident
        }));
        while (!isOver()) {
            Candidate candidate = new Candidate();
            try {
                candidate.run();
            } catch (KeeperException broken) {
                Thread.sleep(50);
            } finally {
                candidate.leave();
            }
        }
    }

    static boolean isOver() {
        return stopping || System.nanoTime() > plan.get("deadline").asLong();
    }

    /** One session, on one connection. */
    static final class Candidate extends ZooKeeper implements Watcher {
        final CountDownLatch connected = new CountDownLatch(1);
        volatile CountDownLatch changed = new CountDownLatch(1);
        volatile boolean broken;
        String node = "";
        /** Fencing token: the czxid of the own znode. */
        long token;
        boolean leading;

        Candidate() throws Exception {
            super(String.join(",", JSON.convertValue(plan.get("servers"), String[].class)),
                    (int) (plan.get("session_timeout").asDouble() * 1000), null);
            register(this);
        }

        void run() throws Exception {
            while (!connected.await(100, TimeUnit.MILLISECONDS)) {
                if (isOver()) {
                    return;
                }
            }
            make(ROOT);
            make(WORK);
            while (!isOver() && !broken) {
                turn();
            }
        }

        /** Join the line, look who is ahead, and lead or wait. */
        void turn() throws Exception {
            if (node.isEmpty()) {
                String path = ROOT + "/n-";
                node = (String) call("create", path, Map.of("ephemeral", true, "sequence", true), () ->
                        create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL));
                token = zxid();
                event("candidate", node, Map.of("token", token));
            }
            changed = new CountDownLatch(1);
            List<?> names = (List<?>) call("children", ROOT, null, () -> getChildren(ROOT, false));
            Optional<String> ahead = names.stream().map(name -> ROOT + "/" + name)
                    .filter(path -> path.compareTo(node) < 0).max(Comparator.naturalOrder());
            if (ahead.isEmpty()) {
                lead();
            } else if (call("exists", ahead.get(), Map.of("watch", true), () -> exists(ahead.get(), this)) != null) {
                while (!isOver() && !broken && !changed.await(100, TimeUnit.MILLISECONDS)) { }
            }
        }

        /** Work until the term is over or the leadership is lost; then make room for the next one. */
        void lead() throws Exception {
            long end = System.nanoTime() + (long) (plan.at("/params/term").asDouble() * (0.5 + Math.random()) * 1e9);
            begin();
            while (isLeading() && !isOver() && System.nanoTime() < end) {
                work();
                Thread.sleep((long) (plan.at("/params/interval").asDouble() * 1000));
            }
            stepDown("term");
            call("delete", node, null, () -> { delete(node, -1); return null; });
            node = "";
        }

        /** Write, unless the own znode is gone: ZooKeeper itself refuses whoever does not lead any more. */
        void work() throws Exception {
            Map<String, Object> value = Map.of("token", token, "path", node, "n", ++works);
            byte[] data = JSON.writeValueAsBytes(value);
            call("work", WORK, value, () -> {
                multi(List.of(Op.check(node, 0), Op.setData(WORK, data, -1)));
                return value;
            });
        }

        void make(String path) throws Exception {
            try {
                call("create", path, null, () ->
                        create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
            } catch (KeeperException.NodeExistsException somebodyElseWasQuicker) {
                return;
            }
        }

        /** Tell of a request before it is sent, and then of what became of it. */
        Object call(String f, String key, Object value, Request request) throws Exception {
            tell("invoke", f, process, key, value, 0, Map.of());
            try {
                Object answer = request.send();
                Object shown = f.equals("exists") ? (Object) (answer != null) : answer;
                Map<String, Object> stat = answer instanceof Stat ? Map.of("stat", answer) : Map.of();
                tell("ok", f, process, key, shown, zxid(), stat);
                return answer;
            } catch (KeeperException error) {
                String name = error.getClass().getSimpleName().replace("Exception", "Error");
                switch (error.code()) {
                    case CONNECTIONLOSS, SESSIONEXPIRED, OPERATIONTIMEOUT -> // it was done, or it was not
                        tell("info", f, process++, key, null, 0, Map.of("error", name));
                    default -> tell("fail", f, process, key, null, zxid(), Map.of("error", name));
                }
                throw error;
            }
        }

        /** The last reply's zxid: that of the last answer, because one thread asks one thing at a time. */
        long zxid() {
            return cnxn.getLastZxid();
        }

        /** Hear of the session and of watched znodes, on a thread of ZooKeeper's client. */
        @Override
        public void process(WatchedEvent heard) {
            if (heard.getType() != Event.EventType.None) {
                String type = heard.getType().name().replace("NodeDataChanged", "CHANGED").replace("Node", "");
                event("watch", heard.getPath(), Map.of("type", type.toUpperCase()));
                changed.countDown();
            } else if (heard.getState() == Event.KeeperState.SyncConnected && !broken) {
                String server = String.valueOf(testableRemoteSocketAddress()).replaceFirst(".*/", "");
                tell("event", "session", 0, "", Map.of("state", "connected", "timeout", getSessionTimeout()), 0,
                        Map.of("conn", 1, "server", server));
                connected.countDown();
            } else if (!broken) {
                stepDown("suspended");
                event("session", "", Map.of("state", "suspended"));
            }
        }

        synchronized boolean isLeading() {
            return leading;
        }

        /** Believe to lead, unless the connection broke since the others were looked at. */
        synchronized void begin() {
            if (!broken) {
                leading = true;
                event("leader", node, Map.of("token", token));
            }
        }

        synchronized void stepDown(String why) {
            broken |= why.equals("suspended");
            if (leading) {
                leading = false;
                event("stepped-down", node, Map.of("token", token, "why", why));
            }
        }

        /** Close the session; where the servers cannot be reached it is left to expire. */
        void leave() throws Exception {
            stepDown("stopping");
            long before = zxid();
            close();
            boolean closed = zxid() > before;
            tell("event", "session", 0, "", Map.of("state", closed ? "closed" : "abandoned"), closed ? zxid() : 0,
                    Map.of("session", getSessionId(), "conn", 1));
        }

        void event(String f, String key, Map<String, Object> value) {
            tell("event", f, 0, key, value, 0, Map.of("conn", 1));
        }

        /** Print a line; on Linux System.nanoTime is CLOCK_MONOTONIC. */
        void tell(String type, String f, int who, String key, Object value, long zxid, Map<String, Object> more) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("time", System.nanoTime());
            line.put("type", type);
            line.put("f", f);
            line.put("process", who);
            line.put("key", key);
            line.put("value", value);
            line.put("session", getSessionId());
            line.put("zxid", zxid);
            line.putAll(more);
            System.out.println(JSON.valueToTree(line));
        }
    }

    interface Request {
        Object send() throws KeeperException, InterruptedException;
    }
}
