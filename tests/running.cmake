# How the tests are run: with which Python, how patiently, where their files lie, and which begins first.

find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
# What is found may be a script that looks for the interpreter at each start, as pyenv's is.
execute_process(COMMAND ${Python3_EXECUTABLE} -c "import sys; print(sys.executable)" OUTPUT_VARIABLE interpreter
    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set_target_properties(Python3::Interpreter PROPERTIES IMPORTED_LOCATION ${interpreter})

# By how much limits are stretched in a build with sanitizers, which is slower (scenarios/harness/waiting.py).
set(TESTS_SLOWNESS 1)
if(SANITIZE)
    set(TESTS_SLOWNESS 4)
endif()

# A disk makes tests wait for syncs that they are not about. So the files of most lie in memory, where there is a gibibyte
# of it; those of tests about the disk itself, about kills and about memory lie in $TMPDIR.
if(NOT DEFINED TESTS_MEMORY_FOLDER)
    set(found "")
    execute_process(COMMAND sh -c "test -w /dev/shm && stat --file-system --format='%T %a %S' /dev/shm"
        OUTPUT_VARIABLE told ERROR_QUIET)
    if(told MATCHES "^tmpfs ([0-9]+) ([0-9]+)")
        math(EXPR room "${CMAKE_MATCH_1} * ${CMAKE_MATCH_2} / (1024 * 1024)")
        if(room GREATER_EQUAL 1024)
            set(found /dev/shm)
        endif()
    endif()
    set(TESTS_MEMORY_FOLDER "${found}" CACHE STRING "a folder in memory for the files of tests; empty: there is none")
endif()

# tests_in_memory(TEST...): their files lie there.
function(tests_in_memory)
    if(TESTS_MEMORY_FOLDER)
        set_property(TEST ${ARGN} APPEND PROPERTY ENVIRONMENT TMPDIR=${TESTS_MEMORY_FOLDER})
    endif()
endfunction()

# tests_cost(TEST SECONDS...): the longest begin first, or the last of them would run alone in the end. Most of them wait
# for most of their time, so `make test` runs four at once for each processor. What compiles counts as three (PROCESSORS),
# so that of two processors' eight some are left for those that wait.
function(tests_cost)
    while(ARGN)
        list(POP_FRONT ARGN test seconds)
        set_tests_properties(${test} PROPERTIES COST ${seconds})
    endwhile()
endfunction()
