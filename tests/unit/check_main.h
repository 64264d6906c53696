/*
 * The frame of a unit test program: list the cases, get a main() that runs them and answers with
 * the count of failures.
 *
 *     START_TEST(a_sentence_that_says_what_holds) { ... } END_TEST
 *     CHECK_MAIN("buffer", a_sentence_that_says_what_holds, another)
 */
#pragma once

#include <check.h>
#include <stdlib.h>

static inline int check_main_run(const char *name, const TTest *const *cases, size_t count)
{
    Suite *suite = suite_create(name);
    for (size_t i = 0; i < count; i++) {
        TCase *one = tcase_create(cases[i]->name);
        tcase_set_timeout(one, 60);
        tcase_add_test(one, cases[i]);
        suite_add_tcase(suite, one);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define CHECK_MAIN(name, ...)                                                                      \
    int main(void)                                                                                 \
    {                                                                                              \
        const TTest *const cases[] = {__VA_ARGS__};                                                \
        return check_main_run(name, cases, sizeof(cases) / sizeof(cases[0]));                      \
    }
