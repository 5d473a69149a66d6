import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

/** Makes the calls of standard input (test/clients/plan.ts) with the HttpClient of the JDK, as it comes. */
public class OrdinaryCalls {
  public static void main(String[] args) throws Exception {
    // By default it prefers HTTP/2, and so offers h2c on plain HTTP.
    HttpClient client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] call = line.split("\t", -1);
      HttpRequest.Builder request =
          HttpRequest.newBuilder(address(call[2]))
              .header("Authorization", "Bearer " + System.getenv("TOKEN"))
              .method(call[1], body(call[3]));
      if (!call[4].isEmpty()) request.header(call[4].split(": ")[0], call[4].split(": ")[1]);
      HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
      System.out.println(call[0] + "\t" + answer.statusCode() + "\t" + answer.body());
    }
  }

  static URI address(String target) throws Exception {
    URI base = URI.create(System.getenv("BASE"));
    String[] parts = target.split("\\?", 2);
    String query = parts.length == 1 ? null : parts[1];
    URI whole = new URI("http", null, base.getHost(), base.getPort(), base.getPath() + parts[0], query, null);
    return URI.create(whole.toASCIIString());
  }

  static BodyPublisher body(String described) {
    if (described.equals("none")) return BodyPublishers.noBody();
    byte[] bytes = "x".repeat(Integer.parseInt(described.split(" ")[1])).getBytes(StandardCharsets.UTF_8);
    if (described.startsWith("whole")) return BodyPublishers.ofByteArray(bytes);
    return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes));
  }
}
