#include "simulator/words.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define LIST(table)                                                                                \
    {                                                                                              \
        .words = (table), .count = COUNT(table)                                                    \
    }

const struct person people[] = {
    {"Ada Brandt", "ada.brandt"},
    {"Zo\\u00eb M\\u00fcller", "zoe.mueller"},
    {"Zoë Müller", "zoe.mueller2"},
    {"José Ángel Núñez", "jose.nunez"},
    {"Łukasz Żółkiewski", "lukasz"},
    {"Søren Kjær", "soren.kjaer"},
    {"Dvořák, Jiří", "jiri.dvorak"},
    {"Ελένη Παπαδοπούλου", "eleni.p"},
    {"Наталья Шевченко", "natalya.s"},
    {"\\u041d\\u0430\\u0442\\u0430\\u043b\\u044c\\u044f", "natalya.s2"},
    {"山田 太郎", "taro.yamada"},
    {"\\u5c71\\u7530 \\u82b1\\u5b50", "hanako.yamada"},
    {"김민준", "minjun.kim"},
    {"王小明", "xiaoming.wang"},
    {"नरेन्द्र शर्मा", "n.sharma"},
    {"محمد الأحمد", "m.alahmad"},
    {"שרה כהן", "sara.cohen"},
    {"Nguyễn Thị Ánh", "anh.nguyen"},
    {"Şükrü Çağlar", "sukru.caglar"},
    {"Robert \\\"Bob\\\" Tables", "bob.tables"},
    {"Conor O'Neill-Smith", "conor.oneill"},
    {"Back\\\\slash Jones", "b.jones"},
    {"A\\/B Tester", "ab.tester"},
    {"Tab\\tbed Name", "tab.bed"},
    {"Rocket 🚀 Ranger", "rocket"},
    {"Rocket \\ud83d\\ude80 Ranger", "rocket2"},
    {"Family \\ud83d\\udc68\\u200d\\ud83d\\udc69\\u200d\\ud83d\\udc67", "family"},
    {"<script>alert(1)<\\/script>", "script"},
    {"{\\\"not\\\":[\\\"json\\\"]}", "not.json"},
    {"Combining e\\u0301 and é", "combining"},
    {"", "nameless"},
    {"Maximiliane-Alexandrina von und zu Hohenlohe-Schillingsfürst-Waldenburg", "max"},
};
const size_t people_count = COUNT(people);

static const char *const titles[] = {
    "notes",
    "plan.xlsx",
    "Lunch",
    "roadmap",
    "Budget",
    "a b",
    "Quarterly numbers",
    "Übersicht der Löhne 2024 — vertraulich",
    "C:\\\\Users\\\\ada\\\\Desktop\\\\plan \\\"final\\\" v2.xlsx",
    "https:\\/\\/intranet.example.com\\/wiki\\/Start?x=1&y=%20",
    "first line\\nsecond line\\r\\nthird\\tline",
    "会議の議事録",
    "Отчёт за март",
    "r\\u00e9sum\\u00e9.pdf",
    "🔥🔥 incident 4711 🔥🔥",
    "\\ud83d\\ude00\\ud83d\\ude01",
    "],\\\"entries\\\":[{\\\"id\\\":\\\"fake\\\"}",
    "ends with a backslash \\\\",
    "control \\u0001\\u001f and NUL \\u0000 and del \x7f",
    "line separator \\u2028 and the raw one \xe2\x80\xa8",
    "solidus / and \\/",
    "not escaped: 'single' `back` $dollar %percent ${jndi:ldap:\\/\\/example.com}",
    "key=value|pipe|equals=sign\\\\|escaped",
    "",
    ("a rather long description that says what this automation is for, whom to ask when it stops, "
     "and why nobody should change it on a Friday afternoon; see also the hand\\u2011over notes"),
};
const struct word_list words_titles = LIST(titles);

static const char *const slugs[] = {
    "acme",
    "ops",
    "sales-emea",
    "general",
    "random",
    "sécurité",
    "проект-x",
    "営業-東京",
    "team-\\u00e4\\u00f6\\u00fc",
    "x",
    "incident-2024-03-04",
    "help_desk",
    "a-channel-name-that-is-as-long-as-the-rules-allow-which-is-eighty-characters-ok",
    "emoji-\\ud83c\\udf89",
    "q-and-a",
};
const struct word_list words_slugs = LIST(slugs);

static const char *const user_agents[] = {
    "Slack\\/24.01 (Android 14)",
    "okhttp/4.12.0",
    "Dart/3.2 (dart:io)",
    "Go-http-client/2.0",
    ("Mozilla\\/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit\\/537.36 (KHTML, like Gecko) "
     "Chrome\\/120.0.0.0 Safari\\/537.36"),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) Gecko/20100101 Firefox/121.0",
    "com.tinyspeck.chatlyio/24.01.10 (iPhone; iOS 17.2.1; Scale/3.00)",
    "Slack_SSB/4.36.136; 5.15.0 (Linux)",
    "python-requests/2.31.0",
    "curl\\/8.5.0",
    "",
    "Mozilla\\/5.0 (\\\"odd\\\"; \\\\back\\\\slash; \\u00fcnicode) \\ud83e\\udd16",
};
const struct word_list words_user_agents = LIST(user_agents);

static const char *const numbers[] = {
    "0",
    "-0",
    "1.0",
    "1.50",
    "-12.000",
    "1e3",
    "1E+3",
    "2.5e-7",
    "0.1e1",
    "9007199254740993",
    "-9007199254740995",
    "18446744073709551616",
    "123456789012345678901234567890",
    "3.141592653589793238462643383279502884197",
    "1e400",
    "-0.0",
};
const struct word_list words_numbers = LIST(numbers);

static const char *const reasons[] = {
    "asn",
    "excessive_downloads",
    "excessive_file_shares",
    "excessive_malware_uploads",
    "ip_address",
    "potential_spam",
    "search_volume",
    "session_fingerprint",
    "spoofed_user_agent",
    "tor",
    "unexpected_admin_action",
    "unexpected_api_call_volume",
    "unexpected_client",
    "unexpected_credential_testing",
    "unexpected_message_deletion",
    "unexpected_scraping",
    "unexpected_user_agent",
    "user_agent",
};
const struct word_list words_reasons = LIST(reasons);
