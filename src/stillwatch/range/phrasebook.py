"""Small talk in twelve languages that corpora at hand seldom hold, so that relays and translators are not all English.

Written for this project, in the public domain. Topics stay in English, as technical words often do.
"""

# ruff: noqa: E501, RUF001 - phrases stand whole, in the letters of their languages

import zlib
from collections.abc import Iterator

Phrases = tuple[tuple[str, str], ...]
"""Questions and answers with {x} for the topic."""

TOPICS = (
    "TCP handshake",
    "Docker image",
    "unit test",
    "SQL join",
    "binary search",
    "OAuth login",
    "garbage collection",
    "CSS grid",
    "regular expression",
    "hash table",
    "compound interest",
    "linear regression",
    "git rebase",
    "load balancer",
    "REST API",
    "neural network",
    "Kubernetes pod",
    "cache invalidation",
    "recursion",
    "thread pool",
    "invoice template",
    "project plan",
    "cover letter",
    "marketing email",
    "meeting agenda",
    "release notes",
    "bug report",
    "data pipeline",
    "time zone",
    "spreadsheet formula",
    "Python script",
    "React component",
    "webhook",
    "message queue",
    "access token",
    "A/B test",
    "cash flow",
    "sales funnel",
)

PHRASES: dict[str, Phrases] = {
    "es": (
        (
            "¿Puedes explicarme qué es {x} con un ejemplo sencillo?",
            "Claro. {x} se entiende mejor con un ejemplo: imagina que tienes varias piezas y quieres que trabajen juntas sin errores.",
        ),
        (
            "Necesito un resumen breve sobre {x} para mi equipo.",
            "Aquí tienes un resumen: {x} ayuda a ordenar el trabajo, reduce errores y facilita que otros continúen lo que empezaste.",
        ),
        (
            "Mi código con {x} no funciona, ¿qué debo revisar primero?",
            "Revisa primero los registros, luego la configuración y por último los permisos. Con {x} los fallos suelen estar en ese orden.",
        ),
    ),
    "fr": (
        (
            "Peux-tu m'expliquer {x} avec un exemple simple ?",
            "Bien sûr. Pour comprendre {x}, imagine plusieurs éléments qui doivent se parler sans jamais perdre d'information.",
        ),
        (
            "J'ai besoin d'une note courte sur {x} pour demain.",
            "Voici une note : {x} permet de gagner du temps, de limiter les erreurs et de partager le travail clairement.",
        ),
        (
            "Pourquoi est-ce que {x} ne marche pas chez moi ?",
            "Vérifie d'abord la configuration, ensuite les journaux, enfin les droits d'accès liés à {x}.",
        ),
    ),
    "de": (
        (
            "Kannst du mir {x} mit einem einfachen Beispiel erklären?",
            "Gern. Bei {x} arbeiten mehrere Teile zusammen, und jedes davon hat genau eine Aufgabe, die man einzeln prüfen kann.",
        ),
        (
            "Ich brauche eine kurze Zusammenfassung zu {x}.",
            "Kurz gesagt: {x} spart Zeit, verringert Fehler und macht die Arbeit für andere nachvollziehbar.",
        ),
        (
            "Warum schlägt {x} bei mir immer wieder fehl?",
            "Prüfe zuerst die Einstellungen, dann die Protokolle und zuletzt die Rechte. Bei {x} liegt es meist daran.",
        ),
    ),
    "pt": (
        (
            "Você pode explicar {x} com um exemplo simples?",
            "Claro. Pense em {x} como várias partes que trabalham juntas, cada uma com uma tarefa bem definida.",
        ),
        (
            "Preciso de um resumo curto sobre {x}.",
            "Resumo: {x} poupa tempo, reduz erros e deixa o trabalho mais fácil de continuar.",
        ),
        (
            "Por que {x} não funciona no meu projeto?",
            "Confira a configuração, depois os registros e por fim as permissões de {x}.",
        ),
    ),
    "it": (
        (
            "Mi spieghi {x} con un esempio semplice?",
            "Certo. Immagina {x} come un insieme di parti che collaborano, ognuna con un compito preciso.",
        ),
        (
            "Mi serve un breve riassunto su {x}.",
            "In breve: {x} fa risparmiare tempo, riduce gli errori e rende chiaro il lavoro.",
        ),
        (
            "Perché {x} non funziona nel mio progetto?",
            "Controlla prima la configurazione, poi i registri e infine i permessi di {x}.",
        ),
    ),
    "id": (
        (
            "Bisakah kamu menjelaskan {x} dengan contoh sederhana?",
            "Tentu. Bayangkan {x} sebagai beberapa bagian yang bekerja bersama, masing-masing dengan tugas yang jelas.",
        ),
        (
            "Saya perlu ringkasan singkat tentang {x}.",
            "Singkatnya, {x} menghemat waktu, mengurangi kesalahan, dan membuat pekerjaan mudah dilanjutkan.",
        ),
        (
            "Kenapa {x} tidak berjalan di proyek saya?",
            "Periksa konfigurasi dulu, lalu catatan, kemudian izin untuk {x}.",
        ),
    ),
    "vi": (
        (
            "Bạn có thể giải thích {x} bằng một ví dụ đơn giản không?",
            "Được chứ. Hãy hình dung {x} như nhiều phần cùng làm việc, mỗi phần có một nhiệm vụ rõ ràng.",
        ),
        (
            "Tôi cần một bản tóm tắt ngắn về {x}.",
            "Tóm lại, {x} giúp tiết kiệm thời gian, giảm lỗi và giúp người khác tiếp tục công việc.",
        ),
        (
            "Tại sao {x} không chạy trong dự án của tôi?",
            "Hãy kiểm tra cấu hình trước, sau đó là nhật ký và quyền truy cập của {x}.",
        ),
    ),
    "tr": (
        (
            "{x} konusunu basit bir örnekle açıklar mısın?",
            "Tabii. {x} için birlikte çalışan parçalar düşün; her birinin tek bir görevi var.",
        ),
        (
            "{x} hakkında kısa bir özet lazım.",
            "Kısaca: {x} zaman kazandırır, hataları azaltır ve işi devretmeyi kolaylaştırır.",
        ),
        ("Projemde {x} neden çalışmıyor?", "Önce ayarları, sonra kayıtları, en son {x} için izinleri kontrol et."),
    ),
    "ja": (
        (
            "{x}について簡単な例で説明してください。",
            "もちろんです。{x}は、それぞれ一つの役割を持つ部品が協力して動く仕組みと考えると分かりやすいです。",
        ),
        ("{x}の短い要約が必要です。", "要約すると、{x}は時間を節約し、間違いを減らし、作業の引き継ぎを楽にします。"),
        (
            "{x}がうまく動きません。何を確認すればいいですか。",
            "まず設定、次にログ、最後に{x}の権限を確認してください。",
        ),
    ),
    "ko": (
        (
            "{x}에 대해 쉬운 예를 들어 설명해 주세요.",
            "물론입니다. {x}는 각자 하나의 역할을 맡은 부분들이 함께 움직이는 구조라고 생각하면 됩니다.",
        ),
        (
            "{x}에 대한 짧은 요약이 필요합니다.",
            "요약하면 {x}는 시간을 아끼고 오류를 줄이며 작업을 이어받기 쉽게 합니다.",
        ),
        (
            "{x}가 제대로 작동하지 않아요. 무엇을 확인해야 하나요?",
            "먼저 설정, 다음으로 로그, 마지막으로 {x} 권한을 확인하세요.",
        ),
    ),
    "ar": (
        ("هل يمكنك شرح {x} بمثال بسيط؟", "بالطبع. تخيل أن {x} مجموعة أجزاء تعمل معًا، ولكل جزء مهمة واحدة واضحة."),
        ("أحتاج إلى ملخص قصير عن {x}.", "باختصار، يوفر {x} الوقت ويقلل الأخطاء ويسهل متابعة العمل."),
        ("لماذا لا يعمل {x} في مشروعي؟", "تحقق من الإعدادات أولًا، ثم السجلات، ثم صلاحيات {x}."),
    ),
    "hi": (
        (
            "क्या आप {x} को एक आसान उदाहरण से समझा सकते हैं?",
            "ज़रूर। {x} को ऐसे समझें कि कई हिस्से मिलकर काम करते हैं और हर हिस्से का एक काम होता है।",
        ),
        ("मुझे {x} पर एक छोटा सारांश चाहिए।", "संक्षेप में, {x} समय बचाता है, गलतियाँ घटाता है और काम आगे बढ़ाना आसान बनाता है।"),
        ("मेरे प्रोजेक्ट में {x} क्यों नहीं चल रहा है?", "पहले सेटिंग देखें, फिर लॉग, और अंत में {x} की अनुमति जाँचें।"),
    ),
}


CONVERSATIONS = 1_000
"""Of each language."""


def phrases() -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Yield every language's short conversations: one or two questions, answered in two to four sentences.

    Sentences and topics are dealt by a digest, so that few strangers ever get the same answer.
    """
    for language, known in PHRASES.items():
        for number in range(CONVERSATIONS):
            deal = _Deal(f"{language}/{number}")
            yield language, tuple(_exchange(known, deal) for _ in range(1 + deal.below(2)))


def _exchange(known: Phrases, deal: "_Deal") -> tuple[str, str]:
    question = known[deal.below(len(known))][0].replace("{x}", TOPICS[deal.below(len(TOPICS))])
    sentences = [
        known[deal.below(len(known))][1].replace("{x}", TOPICS[deal.below(len(TOPICS))])
        for _ in range(2 + deal.below(3))
    ]
    return question, " ".join(sentences)


class _Deal:
    """Numbers that follow from a name, the same in every range."""

    def __init__(self, name: str) -> None:
        self._state = zlib.crc32(name.encode())

    def below(self, limit: int) -> int:
        self._state = (self._state * 1_103_515_245 + 12_345) % 2**31
        return (self._state >> 8) % limit
