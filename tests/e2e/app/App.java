import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** An application that knows nothing of Prometheus: it has an MBean, says that it runs, and waits. */
public final class App {
    public interface OrdersMBean {
        int getCount();
    }

    public static final class Orders implements OrdersMBean {
        @Override
        public int getCount() {
            return 42;
        }
    }

    public static void main(String[] args) throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        server.registerMBean(new Orders(), new ObjectName("shop:type=Orders"));
        System.out.println("up");
        new CountDownLatch(1).await();
    }
}
